import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { suppressionKeys } from '../contract/table-keys.ts';
import { getItem, type Table, toItem } from './items.ts';

/** How far SES's list has been imported, and the pass over it that is under way. */
export type ImportCursor = {
  /** Entries until here have been imported, epoch milliseconds; 0: none. */
  readonly until: number;
  /** A pass that a run left half-way: SES's page token with the `since` it belongs to. */
  readonly pass?: {
    readonly since: number;
    readonly token: string;
    /** The latest entry seen by this pass. */
    readonly seen: number;
  };
};

/** Returns how far SES's list has been imported. */
export async function readImportCursor(table: Table): Promise<ImportCursor> {
  return (await getItem(table, suppressionKeys.importCursor, importCursor)) ?? { until: 0 };
}

/** Notes how far SES's list has been imported. Idempotent. */
export async function writeImportCursor(table: Table, cursor: ImportCursor): Promise<void> {
  await table.dynamo.send(
    new PutItemCommand({
      TableName: table.name,
      Item: toItem({ ...suppressionKeys.importCursor, ...cursor }),
    }),
  );
}

const importCursor = z.object({
  until: z.number(),
  pass: z.exactOptional(z.object({ since: z.number(), token: z.string(), seen: z.number() })),
});
