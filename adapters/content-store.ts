import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** The content bucket as its users see it. */
export type ContentStore = { readonly s3: S3Client; readonly bucket: string };

export type StoredContent =
  | { readonly kind: 'found'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'too-large'; readonly size: number };

/** Returns an object of the content bucket, unless it has more than `bytesMax` bytes. */
export async function readContent(
  store: ContentStore,
  key: string,
  bytesMax: number,
): Promise<StoredContent> {
  try {
    const { Body, ContentLength } = await store.s3.send(
      new GetObjectCommand({ Bucket: store.bucket, Key: key }),
    );
    if (ContentLength !== undefined && ContentLength > bytesMax) {
      // An unread answer would keep its connection; fifty of them, and the bucket cannot be reached.
      if (Body instanceof Readable) Body.destroy();
      return { kind: 'too-large', size: ContentLength };
    }
    if (!Body) return { kind: 'missing' };
    return { kind: 'found', bytes: await Body.transformToByteArray() };
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return { kind: 'missing' };
    throw error;
  }
}

/** Writes an object. Idempotent: the same key holds the same content. */
export async function writeContent(store: ContentStore, key: string, body: string): Promise<void> {
  await store.s3.send(
    new PutObjectCommand({
      Bucket: store.bucket,
      Key: key,
      Body: body,
      ContentType: 'application/json',
    }),
  );
}
