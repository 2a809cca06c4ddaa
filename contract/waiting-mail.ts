/**
 * Mail that has left its queue to wait in the content bucket, and the mark it carries when it comes back.
 * Dispatch writes it; `tenants release` (held) and the due function (later) return it.
 */
import * as z from 'zod';
import { type EpochMs, epochMs, minuteMs } from '../domain/time.ts';
import { contentFolders } from './names.ts';

const ms = z.number().transform(epochMs);

/** Whose request it is: a body in the content bucket may be gone when its pointer comes back. */
export const namedRequest = z.object({ tenant: z.string(), id: z.string() });
export type NamedRequest = z.output<typeof namedRequest>;

/** A queue message that waits for a time, whole: what comes back is what came. */
export const laterMail = z.object({
  stream: z.string(),
  /** The queue body as it came. */
  body: z.string(),
  queueMessageId: z.string(),
  /** SQS's message id when the request first reached its queue: the one that the app knows. */
  firstQueueMessageId: z.string(),
  /** When the request first reached its queue. */
  enqueuedAt: ms,
  /** When it is to be in its queue again. */
  dueAt: ms,
  /** Deliveries so far, as far as its waits grow with them. */
  receiveCount: z.number(),
  /** SQS message group: the tenant. */
  group: z.exactOptional(z.string()),
  /** Message attributes that are text. */
  attributes: z.record(z.string(), z.string()),
  named: z.exactOptional(namedRequest),
});
export type LaterMail = z.output<typeof laterMail>;

/** Returns where a mail waits: keys sort by the minute in which they fall due, and name the delivery. */
export function laterKey(
  mail: Pick<LaterMail, 'stream' | 'dueAt' | 'queueMessageId'>,
  messageId: string,
): string {
  const { stream, dueAt, queueMessageId } = mail;
  return `${contentFolders.later}${minuteText(dueAt)}/${stream}/${messageId}-${queueMessageId}.json.gz`;
}

/** Returns what a key says of its mail, undefined when it is none of ours; `dueMinute` is rounded down. */
export function readLaterKey(
  key: string,
): { readonly dueMinute: EpochMs; readonly stream: string } | undefined {
  const [minute = '', stream = '', name, more] = key.slice(contentFolders.later.length).split('/');
  const instant = Date.parse(minute);
  if (!name || more !== undefined || !key.startsWith(contentFolders.later)) return undefined;
  return minuteText(instant) === minute ? { dueMinute: epochMs(instant), stream } : undefined;
}

/** `2026-03-01T09:00Z`; whatever is no instant becomes a text that no key holds. */
function minuteText(instant: number): string {
  if (!Number.isFinite(instant)) return 'never';
  const minute = new Date(Math.floor(instant / minuteMs) * minuteMs);
  return minute.toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z');
}

/** What a mail that waited tells about its life before: SQS counts and dates a returned message anew. */
export type Waited = Pick<
  LaterMail,
  'enqueuedAt' | 'dueAt' | 'receiveCount' | 'firstQueueMessageId' | 'named'
>;

/** Message attribute that carries it; one, because SQS takes ten a message. */
export const waitedAttribute = 'waited';

/** Returns the attribute's value. */
export function writeWaited({
  enqueuedAt,
  dueAt,
  receiveCount,
  firstQueueMessageId,
  named,
}: Waited): string {
  const parts = [enqueuedAt, dueAt, receiveCount, firstQueueMessageId];
  return [...parts, ...(named ? [named.tenant, named.id] : [])].join();
}

/** The id comes last: it may hold a comma. */
const waitedForm =
  /^(\d{1,15}),(\d{1,15}),(\d{1,6}),([A-Za-z0-9-]{1,64})(?:,([A-Za-z0-9_-]{1,64}),([\x21-\x7e]{1,128}))?$/;

/** Reads the attribute's value; undefined when it is not what we write. */
export function readWaited(value: string | undefined): Waited | undefined {
  const [, enqueuedAt, dueAt, receiveCount, firstQueueMessageId, tenant, id] =
    waitedForm.exec(value ?? '') ?? [];
  if (firstQueueMessageId === undefined) return undefined;
  return {
    enqueuedAt: epochMs(Number(enqueuedAt)),
    dueAt: epochMs(Number(dueAt)),
    receiveCount: Number(receiveCount),
    firstQueueMessageId,
    ...(tenant === undefined || id === undefined ? {} : { named: { tenant, id } }),
  };
}
