import type { Content } from '../sending/message.ts';

// Written in pieces, so that no scanner takes this file for the test file itself.
const marker = ['EICAR', 'STANDARD', 'ANTIVIRUS', 'TEST', 'FILE'].join('-');
/** The start of the EICAR file in base64, up to the first place where lines may be folded. */
const base64Start = ['WDVPIVAlQEFQWzRc', 'UFpYNTQoUF4pN0ND', 'KTd9JEVJQ0FS'].join('');

/**
 * Whether a message carries the EICAR test string, SES's own way to try a Reject.
 * @see https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html
 */
export function containsTestVirus(content: Content): boolean {
  if (content.kind === 'unrendered') return false;
  if (content.kind === 'raw') {
    return content.bytes.includes(marker) || content.bytes.includes(base64Start);
  }
  const { text, html, attachments } = content;
  if (text?.data.includes(marker) === true || html?.data.includes(marker) === true) return true;
  return attachments.some(({ bytes }) => bytes.includes(marker));
}
