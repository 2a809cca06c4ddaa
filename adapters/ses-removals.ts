import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { suppressionKeys } from '../contract/table-keys.ts';
import { conditionally, queryPartition, type Table, toItem } from './items.ts';

/** An address that must come off SES's account list. */
export type Removal = {
  readonly recipientKey: string;
  readonly address: string;
  readonly at: number;
  /** Only an entry of this reason; absent: whatever stands there. */
  readonly only?: 'BOUNCE';
};

/**
 * Asks the hourly sync to take an address off SES's account suppression list: SES allows one such call
 * a second, so it is not made here. Idempotent by recipient; a narrow request never replaces a wide one.
 * The item holds the address because SES's call needs it; the sync deletes the item with the entry.
 */
export async function requestSesRemoval(suppression: Table, removal: Removal): Promise<void> {
  const { recipientKey, ...rest } = removal;
  await conditionally(() =>
    suppression.dynamo.send(
      new PutItemCommand({
        TableName: suppression.name,
        Item: toItem({ ...suppressionKeys.removal(recipientKey), ...rest }),
        ...(removal.only
          ? {
              ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(#only)',
              ExpressionAttributeNames: { '#only': 'only' },
            }
          : {}),
      }),
    ),
  );
}

/** Yields the removals that wait for SES's one call a second. */
export async function* readRemovals(table: Table): AsyncGenerator<Removal> {
  for await (const item of queryPartition(table, suppressionKeys.removals)) {
    const { sk, ...removal } = stored.parse(item);
    yield { recipientKey: sk, ...removal };
  }
}

/** Forgets a removal that is done, with the address it held; one requested anew meanwhile stays. */
export async function forgetRemoval(table: Table, { recipientKey, at }: Removal): Promise<void> {
  await conditionally(() =>
    table.dynamo.send(
      new DeleteItemCommand({
        TableName: table.name,
        Key: toItem(suppressionKeys.removal(recipientKey)),
        ConditionExpression: '#at = :at',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: toItem({ ':at': at }),
      }),
    ),
  );
}

const stored = z.object({
  sk: z.string(),
  address: z.string(),
  at: z.number(),
  only: z.exactOptional(z.literal('BOUNCE')),
});
