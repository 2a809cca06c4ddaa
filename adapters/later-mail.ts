import { gunzipSync, gzipSync } from 'node:zlib';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { contentFolders } from '../contract/names.ts';
import { type LaterMail, laterKey, laterMail } from '../contract/waiting-mail.ts';
import type { ContentStore } from './content-store.ts';

/** More than any queue body with its attributes, written as JSON: what is larger is not ours. */
const expandedBytesMax = 8_000_000;

/** S3 deletes at most this many objects in one call, and lists as many. */
const callKeysMax = 1_000;

/** Writes a mail that waits for a time. Idempotency key: its minute and its delivery; no condition. */
export async function putLater(
  store: ContentStore,
  mail: LaterMail,
  messageId: string,
): Promise<void> {
  await store.s3.send(
    new PutObjectCommand({
      Bucket: store.bucket,
      Key: laterKey(mail, messageId),
      Body: await packLater(mail),
      ContentType: 'application/gzip',
    }),
  );
}

/** Yields the keys of mail that waits for a time, earliest first, up to 1,000 at a time. */
export async function* listLater(store: ContentStore): AsyncGenerator<readonly string[]> {
  let next: string | undefined;
  do {
    const page = await store.s3.send(
      new ListObjectsV2Command({
        Bucket: store.bucket,
        Prefix: contentFolders.later,
        MaxKeys: callKeysMax,
        ...(next ? { ContinuationToken: next } : {}),
      }),
    );
    yield (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    next = page.NextContinuationToken;
  } while (next);
}

/** Returns a waiting mail; undefined when it is gone, `unreadable` when it is not what dispatch writes. */
export async function readLater(
  store: ContentStore,
  key: string,
): Promise<LaterMail | 'unreadable' | undefined> {
  try {
    const { Body } = await store.s3.send(new GetObjectCommand({ Bucket: store.bucket, Key: key }));
    return await unpackLater((await Body?.transformToByteArray()) ?? new Uint8Array());
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** Deletes mail that is in its queue again and returns how many S3 did not delete. Idempotent. */
export async function deleteLater(store: ContentStore, keys: readonly string[]): Promise<number> {
  let failed = 0;
  for (let first = 0; first < keys.length; first += callKeysMax) {
    const { Errors = [] } = await store.s3.send(
      new DeleteObjectsCommand({
        Bucket: store.bucket,
        Delete: {
          Objects: keys.slice(first, first + callKeysMax).map((Key) => ({ Key })),
          Quiet: true,
        },
      }),
    );
    failed += Errors.length;
  }
  return failed;
}

/** Returns the bytes under which a mail waits. */
export async function packLater(mail: LaterMail): Promise<Uint8Array> {
  return gzipSync(JSON.stringify(mail));
}

/** Returns the mail in these bytes, `unreadable` when they are not what `packLater` writes. */
export async function unpackLater(bytes: Uint8Array): Promise<LaterMail | 'unreadable'> {
  try {
    const text = gunzipSync(bytes, { maxOutputLength: expandedBytesMax }).toString('utf8');
    const parsed = laterMail.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : 'unreadable';
  } catch {
    return 'unreadable';
  }
}
