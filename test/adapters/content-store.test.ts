import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { readContent } from '../../adapters/content-store.ts';

/** A bucket whose every object is this stream of `size` bytes. */
function bucketOf(body: Readable, size: number) {
  const s3 = new S3Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'LOCAL' },
  });
  s3.middlewareStack.add(
    () => async () => ({
      response: {},
      output: { $metadata: {}, Body: body, ContentLength: size },
    }),
    { step: 'deserialize', priority: 'high' },
  );
  return { s3, bucket: 'content' };
}

test('an object beyond the limit is not read, and its connection is given back', async () => {
  const body = Readable.from([Buffer.alloc(100)]);
  expect(await readContent(bucketOf(body, 100), 'attachments/a', 99)).toEqual({
    kind: 'too-large',
    size: 100,
  });
  expect(body.destroyed).toBe(true);
});
