import { randomUUID } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { contentFolders } from '../contract/names.ts';
import type { StoredRequest } from '../contract/send-request.ts';
import type { CheckedRequest } from './check-request.ts';
import type { Places } from './places.ts';

/**
 * Writes a large body to the content bucket and returns the pointer that is queued in its place. A new
 * key each time, so that two writers never meet; what is never queued expires with the bucket's rule.
 */
export async function storeBody(
  places: Places,
  request: CheckedRequest,
): Promise<{ readonly body: string; readonly bytes: number }> {
  const s3Key = `${contentFolders.requests}${request.tenant}/${request.messageId}-${randomUUID()}.json`;
  await places.s3.send(
    new PutObjectCommand({
      Bucket: await places.bucket(request.stream),
      Key: s3Key,
      Body: request.body,
      ContentType: 'application/json',
    }),
  );
  const pointer: StoredRequest = { version: 1, kind: 'stored', s3Key };
  const body = JSON.stringify(pointer);
  return { body, bytes: Buffer.byteLength(body) };
}
