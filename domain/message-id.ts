import { createHash } from 'node:crypto';

/**
 * Returns our message id: 22 base64url characters that follow from tenant and the app's id alone, so
 * that a repeated id meets its first claim, an outcome can be looked up without an index, and the id
 * fits an SES message tag.
 */
export function messageIdOf(tenant: string, id: string): string {
  return digest(`${tenant}\n${id}`);
}

/** Returns the message id of a body that cannot be read or may not use its id: it follows from SQS's id. */
export function messageIdOfQueueMessage(queueMessageId: string): string {
  return digest(`sqs\n\n${queueMessageId}`);
}

/** Returns a digest of a request that does not depend on the order of its fields. */
export function requestDigest(request: unknown): string {
  return digest(JSON.stringify(request, sortKeys));
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
