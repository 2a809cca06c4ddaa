import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { requestLimits } from '../../contract/send-request.ts';

/** A mail as the command line describes it. */
export type MailOptions = {
  readonly to: readonly string[];
  readonly from: string;
  readonly stream: string;
  readonly id?: string | undefined;
  readonly tenant?: string | undefined;
  readonly subject?: string | undefined;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /** File with a whole RFC 5322 message. */
  readonly raw?: string | undefined;
  readonly template?: string | undefined;
  readonly data?: unknown;
  /** Files. */
  readonly attach?: readonly string[] | undefined;
  /** `Name: value` */
  readonly header?: readonly string[] | undefined;
  /** `name=value` */
  readonly tag?: readonly string[] | undefined;
  readonly sendAt?: string | undefined;
  readonly expiresAt?: string | undefined;
};

/** A request that is not checked yet: the contract is the client's to check. */
export type DraftRequest = Readonly<Record<string, unknown>>;

/**
 * Returns the requests that carry a mail: one message for one recipient, batches of up to 50 for more;
 * raw MIME is one message a recipient. Several requests get ids with a number behind.
 * @throws what the file system throws for a file that cannot be read
 */
export function composeRequests(options: MailOptions): readonly DraftRequest[] {
  const shared = sharedFields(options);
  const id = options.id ?? randomUUID();
  const content = contentOf(options);
  const [only] = options.to;
  const bodies: readonly DraftRequest[] =
    options.to.length === 1 && only
      ? [{ kind: 'message', to: mailboxOf(only), content }]
      : options.raw
        ? options.to.map((to) => ({ kind: 'message', to: mailboxOf(to), content }))
        : inBatches(options.to).map((part) => ({
            kind: 'batch',
            recipients: part.map((to) => ({ to: mailboxOf(to) })),
            content,
          }));
  return bodies.map((body, index) => ({
    version: 1,
    id: bodies.length === 1 ? id : `${id}-${index + 1}`,
    ...shared,
    ...body,
  }));
}

function sharedFields(options: MailOptions): DraftRequest {
  const { tenant, stream, from, header, tag, attach, sendAt, expiresAt } = options;
  return {
    ...(tenant ? { tenant } : {}),
    stream,
    from: mailboxOf(from),
    ...(header ? { headers: pairs(header, ':') } : {}),
    ...(tag ? { tags: pairs(tag, '=') } : {}),
    ...(attach ? { attachments: attach.map(attachmentOf) } : {}),
    ...(sendAt ? { sendAt: instantOf(sendAt) } : {}),
    ...(expiresAt ? { expiresAt: instantOf(expiresAt) } : {}),
  };
}

function contentOf({ raw, template, data, subject, text, html }: MailOptions): DraftRequest {
  if (raw) return { raw: readFileSync(raw).toString('base64') };
  if (template) return { template, ...(data === undefined ? {} : { data }) };
  return {
    ...(subject === undefined ? {} : { subject }),
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
  };
}

/** Reads `ada@example.com` or `Ada Lovelace <ada@example.com>`. */
function mailboxOf(text: string): string | { readonly name: string; readonly address: string } {
  const named = /^\s*"?([^"<>]*?)"?\s*<([^<>]+)>\s*$/.exec(text);
  return named?.[1] && named[2] ? { name: named[1], address: named[2] } : text.trim();
}

/** Returns the address in `ada@example.com` or `Ada Lovelace <ada@example.com>`. */
export function addressOf(text: string): string {
  const mailbox = mailboxOf(text);
  return typeof mailbox === 'string' ? mailbox : mailbox.address;
}

/** Reads an instant; one without offset is taken in the local time of this machine. */
function instantOf(text: string): string {
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : new Date(at).toISOString();
}

function pairs(texts: readonly string[], separator: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf(separator);
      return at < 0 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    }),
  );
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.html': 'text/html',
  '.ics': 'text/calendar',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.txt': 'text/plain',
  '.webp': 'image/webp',
  '.zip': 'application/zip',
};

function attachmentOf(file: string): DraftRequest {
  return {
    filename: basename(file),
    contentType: mediaTypes[extname(file).toLowerCase()] ?? 'application/octet-stream',
    content: readFileSync(file).toString('base64'),
  };
}

function inBatches(to: readonly string[]): readonly (readonly string[])[] {
  const size = requestLimits.recipientsPerBatch;
  return Array.from({ length: Math.ceil(to.length / size) }, (_, batch) =>
    to.slice(batch * size, (batch + 1) * size),
  );
}
