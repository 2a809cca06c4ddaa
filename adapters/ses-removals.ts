import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { suppressionKeys } from '../contract/table-keys.ts';
import { type Table, toItem } from './items.ts';

/**
 * Asks the hourly sync to take an address off SES's account suppression list: SES allows one such call
 * a second, so it is not made here. Idempotent by recipient. The item holds the address because SES's
 * call needs it; the sync deletes the item with the entry.
 */
export async function requestSesRemoval(
  suppression: Table,
  removal: { readonly recipientKey: string; readonly address: string; readonly at: number },
): Promise<void> {
  const { recipientKey, address, at } = removal;
  await suppression.dynamo.send(
    new PutItemCommand({
      TableName: suppression.name,
      Item: toItem({ ...suppressionKeys.removal(recipientKey), address, at }),
    }),
  );
}
