import MailComposer from 'nodemailer/lib/mail-composer';
import { encodeText } from './charsets.ts';
import type { Attachment, Content, Draft, Header, Tag } from './message.ts';
import { messageIdHeader } from './message-ids.ts';
import { withoutSesHeaders } from './raw-headers.ts';

type Source = {
  readonly region: string;
  readonly messageId: string;
  readonly atMs: number;
  readonly content: Content;
} & Partial<Pick<Draft, 'from' | 'destination' | 'replyTo' | 'tags'>>;

type Parts = Extract<Content, { kind: 'parts' }>;

const boundaryPrefix = '----=_Part';
const transferEncodings = {
  BASE64: 'base64',
  QUOTED_PRINTABLE: 'quoted-printable',
  SEVEN_BIT: '7bit',
} as const;

/**
 * Returns the complete message as it would leave SES. Raw content keeps its bytes except for the
 * Bcc and X-SES-* headers; unlike here, SES also replaces a Message-ID and Date of raw content.
 */
export async function composeMime(source: Source): Promise<Buffer> {
  const { content } = source;
  if (content.kind === 'raw') return withoutSesHeaders(content.bytes);
  if (content.kind === 'unrendered') return Buffer.from(`${content.error}\r\n`);
  const composed = await new MailComposer({
    from: source.from?.text,
    to: source.destination?.to.map(({ text }) => text),
    cc: source.destination?.cc.map(({ text }) => text),
    replyTo: source.replyTo?.map(({ text }) => text),
    subject: asSent(content.subject.data, content.subject.charset),
    messageId: messageIdHeader(source.region, source.messageId),
    date: new Date(source.atMs),
    headers: [...customHeaders(content.headers), ...feedbackId(source.tags ?? [])],
    alternatives: bodies(content),
    attachments: content.attachments.map(mimeAttachment),
    baseBoundary: boundaryCore(source.messageId),
    boundaryPrefix,
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  return withBareEncodedWords(composed);
}

/**
 * Names come encoded (RFC 2047) and SES sends them as given; the composer takes them for text and puts
 * quotes around, in which an encoded word means nothing (RFC 2047 section 5).
 */
function withBareEncodedWords(mime: Buffer): Buffer {
  const end = mime.indexOf('\r\n\r\n');
  const head = mime.subarray(0, end).toString('latin1');
  const bare = head.replace(/^(?:From|To|Cc|Reply-To):(?:[^\r]|\r\n[ \t])*/gm, (field) =>
    field.replace(/"((?:=\?[^"?\s]+\?[BbQq]\?[^"?]*\?=\s*)+)"/g, '$1'),
  );
  return Buffer.concat([Buffer.from(bare, 'latin1'), mime.subarray(end)]);
}

/** The top-level Content-Type that `composeMime` will write, known without composing. */
export function topContentType(content: Parts, messageId: string): string {
  const bodyCount = bodies(content).length;
  const { attachments, html } = content;
  const related = attachments.filter(isRelated);
  const attached = html === undefined ? attachments.length : attachments.length - related.length;
  const boundary = `boundary="${boundaryPrefix}-${boundaryCore(messageId)}-Part_1"`;
  if (attached > 1 || (bodyCount > 0 && attached === 1)) return `multipart/mixed; ${boundary}`;
  if (bodyCount > 1) return `multipart/alternative; ${boundary}`;
  if (html !== undefined && related.length > 0) return `multipart/related; ${boundary}`;
  return html === undefined ? 'text/plain; charset=UTF-8' : 'text/html; charset=UTF-8';
}

// A longer boundary would be split over several parameters (RFC 2231), which few parsers read.
function boundaryCore(messageId: string): string {
  return messageId.slice(4, 25);
}

function isRelated({ contentId }: Attachment): boolean {
  return contentId !== undefined;
}

function bodies({
  text,
  html,
}: Parts): { contentType: string; content: Buffer; contentTransferEncoding: string }[] {
  const list = [];
  for (const [type, body] of [['text/plain', text] as const, ['text/html', html] as const]) {
    if (body === undefined) continue;
    list.push({
      contentType: `${type}; charset=${body.charset}`,
      content: encodeText(body.data, body.charset),
      contentTransferEncoding: 'quoted-printable',
    });
  }
  return list;
}

// Characters outside the declared character set leave as question marks, in the subject as well.
function asSent(data: string, charset: string): string {
  const bytes = encodeText(data, charset);
  return bytes.toString(charset.toUpperCase() === 'UTF-8' ? 'utf8' : 'latin1');
}

function customHeaders(
  headers: readonly Header[],
): { key: string; value: { prepared: true; foldLines: true; value: string } }[] {
  // SES sends header values as given, so they must not be encoded again.
  return headers
    .filter(({ name }) => !overridden.has(name.toLowerCase()))
    .map(({ name, value }) => ({ key: name, value: { prepared: true, foldLines: true, value } }));
}

const overridden = new Set(['date', 'message-id']);

function feedbackId(tags: readonly Tag[]): { key: string; value: string }[] {
  const own = ['ses:feedback-id-a', 'ses:feedback-id-b']
    .map((wanted) => tags.find(({ name }) => name === wanted)?.value)
    .filter((value) => value !== undefined);
  return own.length === 0
    ? []
    : [{ key: 'Feedback-ID', value: `${own.join(':')}:local:AmazonSES` }];
}

function mimeAttachment(attachment: Attachment): {
  filename: string;
  content: Buffer;
  contentDisposition: string;
  contentTransferEncoding: string;
  contentType?: string;
  cid?: string;
  headers?: { 'Content-Description': string };
} {
  const { contentType, contentId, description } = attachment;
  return {
    filename: attachment.fileName,
    content: attachment.bytes,
    contentDisposition: attachment.disposition.toLowerCase(),
    contentTransferEncoding: transferEncodings[attachment.transferEncoding],
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentId === undefined ? {} : { cid: contentId }),
    ...(description === undefined ? {} : { headers: { 'Content-Description': description } }),
  };
}
