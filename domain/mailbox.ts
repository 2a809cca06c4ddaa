import { type Address, isAddress, parseAddress } from './address.ts';

/**
 * Returns a mailbox as a header and SES take it: display names outside plain ASCII become RFC 2047
 * encoded words of at most 75 characters each.
 * @see https://www.rfc-editor.org/rfc/rfc2047
 */
export function formatMailbox(mailbox: {
  readonly address: string;
  readonly name?: string;
}): string {
  const parsed = parseAddress(mailbox.address);
  const address = isAddress(parsed) ? parsed.address : mailbox.address;
  if (!mailbox.name) return address;
  // What looks like an encoded word would be decoded even within quotes, so it is encoded itself.
  if (/^[\x20-\x7e]*$/.test(mailbox.name) && !mailbox.name.includes('=?'))
    return `"${mailbox.name.replace(/["\\]/g, '\\$&')}" <${address}>`;
  return `${encodedWords(mailbox.name)} <${address}>`;
}

/**
 * Returns the one address of a From header, or undefined when there is none, more than one, or anything
 * that two mail programs could read differently: who may send as whom hangs on it.
 */
export function readSingleMailbox(headerValue: string): Address | undefined {
  const value = headerValue.trim();
  // What trim takes away beyond blanks and tabs, another program may take for a part of the address.
  if (/[^ \t]/.test(headerValue.replace(value, ''))) return undefined;
  if (/[^\x20-\x7e\t]/.test(value.replace(/[\u0080-\u{10ffff}]/gu, ''))) return undefined;
  // One way to match each character, so that a long header costs linear time.
  const angle = /^(?:"(?:[^"\\<>]|\\[^<>])*"\s*|[^"<>,;:@()]*)<([^<>\s,;()"]+)>$/.exec(value);
  const bare = /^[^<>\s,;()":]+$/.exec(value);
  const text = angle?.[1] ?? bare?.[0];
  // An address in another script needs SMTPUTF8, which SES has not.
  if (!text || /[^\x21-\x7e]/.test(text)) return undefined;
  const parsed = parseAddress(text);
  return isAddress(parsed) ? parsed : undefined;
}

const encodedWordBytes = 42;

function encodedWords(text: string): string {
  const words: string[] = [];
  let chunk = '';
  for (const character of text) {
    if (Buffer.byteLength(chunk + character) > encodedWordBytes) {
      words.push(chunk);
      chunk = '';
    }
    chunk += character;
  }
  return [...words, chunk]
    .map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`)
    .join(' ');
}
