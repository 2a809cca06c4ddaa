import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { contentFolders } from '../contract/names.ts';
import type { ContentStore } from './content-store.ts';

/** A request that waits for its tenant's release. */
export type HeldMail = z.output<typeof heldMail>;

const heldMail = z.object({
  stream: z.string(),
  /** The queue body as it came. */
  body: z.string(),
  queueMessageId: z.string(),
  enqueuedAt: z.number(),
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
    const parsed = heldMail.safeParse(parseJson((await Body?.transformToString()) ?? ''));
    return parsed.success ? parsed.data : 'unreadable';
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** Deletes a request that is in its queue again. Idempotent. */
export async function deleteHeld(store: ContentStore, key: string): Promise<void> {
  await store.s3.send(new DeleteObjectCommand({ Bucket: store.bucket, Key: key }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
