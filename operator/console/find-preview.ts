import PostalMime from 'postal-mime';
import { readStoredAttempt, type StoredMail } from '../../adapters/attempt-content.ts';
import { getItems, queryPartition } from '../../adapters/items.ts';
import { asMailbox } from '../../adapters/ses-message.ts';
import type { AttemptItem } from '../../contract/items.ts';
import { readAttemptItems, sortPartition } from '../../contract/recipient-outcomes.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { formatMailbox } from '../../domain/mailbox.ts';
import type { Clock } from '../../domain/time.ts';
import { render } from '../../local/emulators/ses/sending/rendering.ts';
import type { Backend } from '../actions/backend.ts';
import type { PreviewQuestion } from './lookup-model.ts';
import { disarmHtml, type MailPreview } from './mail-preview.ts';

/**
 * Returns a mail's content as it was kept: the copy of its attempt where the stream stores requests, or on a
 * local runtime the mail that its SES took. Nothing that is linked in it is looked at.
 */
export async function findPreview(
  backend: Backend,
  { messageId, recipientIndex = 0 }: PreviewQuestion,
  clock: Clock,
): Promise<MailPreview> {
  const { ledger } = backend.tables;
  const items: Record<string, unknown>[] = [];
  for await (const item of queryPartition(ledger, messageId)) items.push(item);
  const { request } = sortPartition(items);
  if (!request) return absent(`nothing is known of message ${messageId}`);
  const keys = request.attemptIds.map((id) => ledgerKeys.attempt(id));
  const attempts = readAttemptItems(await getItems(ledger, keys));
  const store = await backend.contentStore();
  for (const attempt of attempts.toReversed()) {
    if (attempt.storedSeconds === undefined) continue;
    const stored = await readStoredAttempt(
      store,
      { attemptId: attempt.sk, at: attempt.at },
      clock(),
    );
    const mail = stored?.find(
      (one) => one.messageId === messageId && one.recipientIndex === recipientIndex,
    );
    if (mail) return previewOf(mail);
  }
  const sesMessageId = sesIdOf(attempts, messageId, recipientIndex);
  const raw = sesMessageId && (await readLocalMail(backend, sesMessageId));
  if (raw) return parsedPreview(raw);
  return absent(
    `no content is kept of this mail: stream ${request.stream} does not store requests (storeRequests in goodstanding.config.ts keeps them from then on), or its time is over`,
  );
}

async function previewOf({ request, recipient, data }: StoredMail): Promise<MailPreview> {
  const { content } = request;
  if ('raw' in content) return parsedPreview(Buffer.from(content.raw, 'base64'));
  const to = { ...recipient, address: recipient.address.address };
  const headers = [
    { name: 'From', value: formatMailbox(asMailbox(request.from)) },
    { name: 'To', value: formatMailbox(to) },
    ...Object.entries('headers' in request ? (request.headers ?? {}) : {}).map(([name, value]) => ({
      name,
      value,
    })),
  ];
  if ('template' in content)
    return {
      ...absent(`its text is SES's template ${content.template}, which is not kept with the mail`),
      headers,
    };
  const given = 'attachments' in request ? (request.attachments ?? []) : [];
  const pictures = given.flatMap(({ contentId, contentType, content: base64 }) =>
    contentId === undefined || base64 === undefined
      ? []
      : [[contentId, { type: contentType, base64 }] as const],
  );
  const fill = (text: string) => (request.kind === 'batch' ? filled(text, data) : text);
  const { subject, text, html } = content;
  return {
    found: true,
    subject: fill(subject),
    headers,
    ...(text === undefined ? {} : { text: fill(text) }),
    ...(html === undefined ? {} : { html: disarmHtml(fill(html), new Map(pictures)) }),
    attachments: given.map(({ filename, contentType, content: base64 = '' }) => ({
      name: filename,
      type: contentType,
      bytes: Buffer.byteLength(base64, 'base64'),
    })),
  };
}

/** What SES would not render is shown as it was written. */
function filled(text: string, data: unknown): string {
  const rendered = render(text, data);
  return 'text' in rendered ? rendered.text : text;
}

async function parsedPreview(raw: Uint8Array): Promise<MailPreview> {
  const mail = await PostalMime.parse(raw);
  const attachments = mail.attachments.map(({ filename, mimeType, contentId, content }) => {
    const bytes =
      typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content));
    return { name: filename ?? 'without a name', type: mimeType, contentId, bytes };
  });
  const pictures = attachments.flatMap(({ contentId, type, bytes }) => {
    const id = contentId?.replace(/^<|>$/g, '');
    return id === undefined ? [] : [[id, { type, base64: bytes.toString('base64') }] as const];
  });
  return {
    found: true,
    ...(mail.subject === undefined ? {} : { subject: mail.subject }),
    headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    ...(mail.text === undefined ? {} : { text: mail.text }),
    ...(mail.html === undefined ? {} : { html: disarmHtml(mail.html, new Map(pictures)) }),
    attachments: attachments.map(({ name, type, bytes }) => ({ name, type, bytes: bytes.length })),
  };
}

function sesIdOf(
  attempts: readonly AttemptItem[],
  messageId: string,
  recipientIndex: number,
): string | undefined {
  return attempts
    .flatMap(({ entries, results }) =>
      entries.flatMap(({ m, r }, position) => {
        const result = m === messageId && r === recipientIndex ? results?.[position] : undefined;
        return result && 'ses' in result ? [result.ses] : [];
      }),
    )
    .at(-1);
}

/** A mail whose bytes a local runtime still has; none on AWS, which gives none back. */
async function readLocalMail(
  { target: { endpoint } }: Backend,
  sesMessageId: string,
): Promise<Uint8Array | undefined> {
  if (endpoint === undefined || !/^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(endpoint))
    return undefined;
  const path = `/_local/messages/${encodeURIComponent(sesMessageId)}.eml`;
  const answer = await fetch(new URL(path, endpoint)).catch(() => undefined);
  return answer?.ok ? new Uint8Array(await answer.arrayBuffer()) : undefined;
}

function absent(problem: string): MailPreview {
  return { found: false, problem, headers: [], attachments: [] };
}
