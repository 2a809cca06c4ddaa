import { Readable } from 'node:stream';
import { brotliCompressSync } from 'node:zlib';
import type { GetObjectCommand } from '@aws-sdk/client-s3';
import { createS3, localTarget } from '../../adapters/clients.ts';
import type { ContentStore } from '../../adapters/content-store.ts';

/** Returns a store that reads copies of attempts from a bucket where they stand as plain JSON. */
export function keptIn(bucket: ReadonlyMap<string, Uint8Array>): ContentStore {
  const s3 = Object.assign(createS3(localTarget('http://127.0.0.1:9')), {
    send: async ({ input }: GetObjectCommand) => {
      const bytes = bucket.get(input.Key ?? '');
      if (!bytes) throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
      const packed = brotliCompressSync(bytes);
      const body = Readable.from([packed]);
      return { Body: Object.assign(body, { transformToByteArray: async () => packed }) };
    },
  });
  return { s3, bucket: 'content' };
}
