import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { contentFolders } from '../contract/names.ts';
import { namedRequest, waitedAttribute } from '../contract/waiting-mail.ts';
import { type EpochMs, epochMs } from '../domain/time.ts';
import type { ContentStore } from './content-store.ts';
import { markWaited, type QueueBody } from './intake.ts';

/** A request that waits for its tenant's release. */
export type HeldMail = z.output<typeof heldMail>;

const heldMail = z.object({
  stream: z.string(),
  /** The queue body as it came. */
  body: z.string(),
  queueMessageId: z.string(),
  enqueuedAt: z.number().transform(epochMs),
  /** SQS's message id when the request first reached its queue: the one that the app knows. */
  firstQueueMessageId: z.exactOptional(z.string()),
  /** Message attributes that are text. */
  attributes: z.exactOptional(z.record(z.string(), z.string())),
  named: z.exactOptional(namedRequest),
});

/** Yields the keys of a tenant's waiting requests, a page of up to 1,000 at a time. */
export async function* listHeld(store: ContentStore, tenant: string): AsyncGenerator<string[]> {
  let next: string | undefined;
  do {
    const page = await store.s3.send(
      new ListObjectsV2Command({
        Bucket: store.bucket,
        Prefix: `${contentFolders.held}${tenant}/`,
        ...(next ? { ContinuationToken: next } : {}),
      }),
    );
    yield (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    next = page.NextContinuationToken;
  } while (next);
}

/** Returns how many requests of a tenant wait, counting no further than `countMax`. */
export async function countHeld(
  store: ContentStore,
  tenant: string,
  countMax: number,
): Promise<number> {
  let count = 0;
  for await (const keys of listHeld(store, tenant)) {
    count += keys.length;
    if (count >= countMax) return countMax;
  }
  return count;
}

/** Returns a waiting request; undefined when it is gone, `unreadable` when it is not what dispatch writes. */
export async function readHeld(
  store: ContentStore,
  key: string,
): Promise<HeldMail | 'unreadable' | undefined> {
  try {
    const { Body } = await store.s3.send(new GetObjectCommand({ Bucket: store.bucket, Key: key }));
    return parseHeld((await Body?.transformToString()) ?? '');
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** Deletes a request that is in its queue again. Idempotent. */
export async function deleteHeld(store: ContentStore, key: string): Promise<void> {
  await store.s3.send(new DeleteObjectCommand({ Bucket: store.bucket, Key: key }));
}

/** Returns the mail in an object's text, `unreadable` when it is not what dispatch writes. */
export function parseHeld(text: string): HeldMail | 'unreadable' {
  const parsed = heldMail.safeParse(parseJson(text));
  return parsed.success ? parsed.data : 'unreadable';
}

/**
 * Returns what goes back into the queue: the mail as it came, with what it went through where SQS has room
 * for that. Its deliveries count anew after a person's word; one says that it has been there before.
 */
export function releasedBody(mail: HeldMail, group: string, now: EpochMs): QueueBody {
  const { body, attributes = {}, enqueuedAt, queueMessageId, named } = mail;
  const { firstQueueMessageId = queueMessageId } = mail;
  const { [waitedAttribute]: _before, ...others } = attributes;
  const message = { body, group, attributes: others };
  const life = { enqueuedAt, dueAt: now, receiveCount: 1, firstQueueMessageId };
  return markWaited(message, { ...life, ...(named ? { named } : {}) }) ?? message;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
