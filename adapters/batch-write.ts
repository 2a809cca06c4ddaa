import { BatchWriteItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import type { Key } from '../contract/table-keys.ts';
import { type Table, toItem } from './items.ts';

/** What a batch does: puts of whole items and deletions of keys, each key once. */
export type BatchWrite = { readonly puts?: readonly Key[]; readonly deletes?: readonly Key[] };

const batchWriteMax = 25;
const firstPauseMs = 25;

/**
 * Writes items and deletes keys, 25 a call, one write unit each; what DynamoDB leaves is written again
 * up to `attemptsMax` times, then given up. Idempotent: the same items again. Returns how many were left.
 */
export async function batchWrite(
  table: Table,
  { puts = [], deletes = [] }: BatchWrite,
  attemptsMax: number,
): Promise<number> {
  const requests: WriteRequest[] = [
    ...puts.map((item) => ({ PutRequest: { Item: toItem(item) } })),
    ...deletes.map(({ pk, sk }) => ({ DeleteRequest: { Key: toItem({ pk, sk }) } })),
  ];
  let leftCount = 0;
  for (let from = 0; from < requests.length; from += batchWriteMax) {
    let rest = requests.slice(from, from + batchWriteMax);
    for (let attempt = 0; rest.length > 0 && attempt < attemptsMax; attempt += 1) {
      if (attempt > 0)
        await new Promise((resolve) => setTimeout(resolve, firstPauseMs * 2 ** attempt));
      const answer = await table.dynamo.send(
        new BatchWriteItemCommand({ RequestItems: { [table.name]: rest } }),
      );
      rest = answer.UnprocessedItems?.[table.name] ?? [];
    }
    leftCount += rest.length;
  }
  return leftCount;
}
