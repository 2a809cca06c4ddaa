import { extract } from 'letterparser';
import PostalMime, { type Email } from 'postal-mime';

/** What one parser, that had no part in writing the mail, reads in it. */
export type ReadMail = {
  readonly subject: string | undefined;
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly attachments: readonly {
    readonly filename: string | undefined;
    readonly bytes: Buffer;
  }[];
};

/** Returns what each of two parsers reads in a mail. */
export async function readTwice(mime: Buffer): Promise<readonly ReadMail[]> {
  const mail = extract(mime.toString('latin1'));
  return [
    asRead(await readMime(mime)),
    {
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      attachments: (mail.attachments ?? []).map(({ filename, body }) => ({
        filename,
        bytes: Buffer.from(body),
      })),
    },
  ];
}

/** Returns what postal-mime reads, header by header. */
export function readMime(mime: Buffer): Promise<Email> {
  return PostalMime.parse(mime, { attachmentEncoding: 'arraybuffer' });
}

/** Returns text with the line breaks of this file; mail has its own, and parsers add some at the end. */
export function unixLines(text: string | undefined): string | undefined {
  return text?.replaceAll('\r\n', '\n').replace(/\n+$/, '');
}

function asRead(mail: Email): ReadMail {
  return {
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    attachments: mail.attachments.map(({ filename, content }) => ({
      filename: filename ?? undefined,
      bytes:
        typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer),
    })),
  };
}
