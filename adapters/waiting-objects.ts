/** How much mail waits in the content bucket, by its keys alone. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { contentFolders } from '../contract/names.ts';
import { readLaterKey } from '../contract/waiting-mail.ts';
import { type EpochMs, epochMs } from '../domain/time.ts';
import type { ContentStore } from './content-store.ts';

/** One mail that waits for a time. */
export type LaterKey = {
  readonly stream: string;
  /** When it falls due, rounded down to the minute. */
  readonly dueMinute: EpochMs;
  /** Our message id. */
  readonly messageId: string;
};

/** What one folder says; `more` where not all of it was counted. */
export type Folder<T> = { readonly entries: readonly T[]; readonly more: boolean };

/** A held request, and when it was put there. */
export type HeldKey = { readonly tenant: string; readonly since: EpochMs };

/** Keys of one S3 call. */
const pageMax = 1_000;

/** Returns mail that waits for a time, what falls due first coming first, at most `countMax`. */
export async function listLaterKeys(
  store: ContentStore,
  countMax: number,
): Promise<Folder<LaterKey>> {
  const { entries, more } = await listKeys(store, contentFolders.later, countMax);
  return {
    more,
    entries: entries.flatMap(({ key }) => {
      const read = readLaterKey(key);
      const messageId = messageIdIn(key);
      return read && messageId !== undefined ? [{ ...read, messageId }] : [];
    }),
  };
}

/** Returns the held requests of all tenants, at most `countMax`, by tenant. */
export async function listHeldKeys(
  store: ContentStore,
  countMax: number,
): Promise<Folder<HeldKey>> {
  const { entries, more } = await listKeys(store, contentFolders.held, countMax);
  return {
    more,
    entries: entries.map(({ key, at }) => ({
      tenant: key.slice(contentFolders.held.length).split('/')[0] ?? '',
      since: at,
    })),
  };
}

async function listKeys(
  store: ContentStore,
  folder: string,
  countMax: number,
): Promise<Folder<{ readonly key: string; readonly at: EpochMs }>> {
  const entries: { readonly key: string; readonly at: EpochMs }[] = [];
  let next: string | undefined;
  do {
    const page = await store.s3.send(
      new ListObjectsV2Command({
        Bucket: store.bucket,
        Prefix: folder,
        MaxKeys: Math.min(pageMax, countMax - entries.length),
        ...(next === undefined ? {} : { ContinuationToken: next }),
      }),
    );
    for (const { Key: key, LastModified } of page.Contents ?? [])
      if (key !== undefined) entries.push({ key, at: epochMs(LastModified?.getTime() ?? 0) });
    next = page.NextContinuationToken;
  } while (next !== undefined && entries.length < countMax);
  return { entries, more: next !== undefined };
}

/** A later key ends with `MESSAGE-QUEUEMESSAGE.json.gz`; SQS's ids are UUIDs, and ours may hold a dash. */
function messageIdIn(key: string): string | undefined {
  return /\/([A-Za-z0-9_-]{22})-[^/]+$/.exec(key)?.[1];
}
