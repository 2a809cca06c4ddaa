/** What is kept of an attempt where a stream stores requests: enough to send each of its mails again. */
import * as z from 'zod';
import type { EpochMs } from '../domain/time.ts';
import { contentFolders } from './names.ts';
import { requestShapes } from './send-request.ts';

const ms = z.number();

/** A batch without its recipients: those of this attempt stand beside it. */
const sharedBatch = { recipients: true } as const;

/** A request as it was written; attachments by pointer stay pointers. */
const keptRequest = z.union([
  requestShapes.message.inline,
  requestShapes.message.raw,
  requestShapes.message.template,
  requestShapes.batch.inline.omit(sharedBatch),
  requestShapes.batch.template.omit(sharedBatch),
]);

const keptRecipient = z.object({
  /** Position within the request. */
  index: z.number(),
  key: z.string(),
  address: z.string(),
  name: z.exactOptional(z.string()),
  /** Placeholder values, the batch's and the recipient's own together. */
  data: z.record(z.string(), z.unknown()),
  pool: z.string(),
});
export type KeptRecipient = z.output<typeof keptRecipient>;

const keptMail = z.object({
  messageId: z.string(),
  tenant: z.string(),
  /** The request, or where it stands below requests/ when it came by pointer. */
  content: z.union([z.object({ request: keptRequest }), z.object({ s3Key: z.string() })]),
  recipients: z.array(keptRecipient).min(1),
});
export type KeptMail = z.output<typeof keptMail>;

/** One object of the content bucket: one attempt, each request once, however many recipients it has. */
export const storedAttempt = z.object({
  version: z.literal(1),
  attemptId: z.string(),
  stream: z.string(),
  at: ms,
  /** Not to be read from this instant on; the bucket deletes it up to two days later. */
  expiresAt: ms,
  mails: z.array(keptMail).min(1),
});
export type StoredAttempt = z.output<typeof storedAttempt>;

/** Returns the key of an attempt's object; the hour comes from the attempt item's `at`. */
export function storedAttemptKey(attempt: {
  readonly attemptId: string;
  readonly at: EpochMs | number;
}): string {
  return `${contentFolders.attempts}${new Date(attempt.at).toISOString().slice(0, 13)}/${attempt.attemptId}`;
}
