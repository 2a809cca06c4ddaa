import * as z from 'zod';
import type { Answer } from '../network.ts';
import { AwsFailure, unknownOperation } from './failure.ts';

const putInput = z.looseObject({
  Key: z.string(),
  Body: z.union([z.string(), z.instanceof(Uint8Array)]),
  IfNoneMatch: z.optional(z.string()),
});
const keyInput = z.looseObject({ Key: z.string() });
const listInput = z.looseObject({
  Prefix: z.optional(z.string()),
  MaxKeys: z.optional(z.number()),
  StartAfter: z.optional(z.string()),
  ContinuationToken: z.optional(z.string()),
});
const deleteManyInput = z.looseObject({ Delete: z.looseObject({ Objects: z.array(keyInput) }) });

/** One bucket: key → bytes. */
export type Bucket = {
  readonly objects: Map<string, Uint8Array>;
  readonly answer: Answer;
};

/** Returns an empty bucket with S3's answers. */
export function createBucket(): Bucket {
  const objects = new Map<string, Uint8Array>();
  const operations: Readonly<Record<string, (input: object) => object>> = {
    PutObject: (input) => {
      const { Key, Body, IfNoneMatch } = putInput.parse(input);
      if (IfNoneMatch === '*' && objects.has(Key))
        throw new AwsFailure('PreconditionFailed', 'the object is there', { status: 412 });
      objects.set(Key, Buffer.from(Body));
      return {};
    },
    GetObject: (input) => {
      const bytes = objects.get(keyInput.parse(input).Key);
      if (bytes === undefined)
        throw new AwsFailure('NoSuchKey', 'The specified key does not exist.', { status: 404 });
      return { Body: bodyOf(bytes), ContentLength: bytes.byteLength };
    },
    DeleteObject: (input) => {
      objects.delete(keyInput.parse(input).Key);
      return {};
    },
    DeleteObjects: (input) => {
      for (const { Key } of deleteManyInput.parse(input).Delete.Objects) objects.delete(Key);
      return { Deleted: [] };
    },
    ListObjectsV2: (input) => {
      const { Prefix = '', MaxKeys = 1000, StartAfter, ContinuationToken } = listInput.parse(input);
      const after = ContinuationToken ?? StartAfter ?? '';
      const keys = [...objects.keys()]
        .filter((key) => key.startsWith(Prefix) && key > after)
        .sort();
      const page = keys.slice(0, MaxKeys);
      const last = page.at(-1);
      return {
        Contents: page.map((Key) => ({ Key, Size: objects.get(Key)?.byteLength ?? 0 })),
        KeyCount: page.length,
        IsTruncated: keys.length > page.length,
        ...(keys.length > page.length && last !== undefined ? { NextContinuationToken: last } : {}),
      };
    },
  };
  return {
    objects,
    answer: async ({ operation, input }) => {
      const act = operations[operation];
      if (act === undefined) throw unknownOperation('S3', operation);
      return act(input);
    },
  };
}

function bodyOf(bytes: Uint8Array) {
  return {
    transformToByteArray: async () => bytes,
    transformToString: async (encoding: BufferEncoding = 'utf8') =>
      Buffer.from(bytes).toString(encoding),
  };
}
