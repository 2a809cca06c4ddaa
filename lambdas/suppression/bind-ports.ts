import { setTimeout as pause } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type * as z from 'zod';
import { readImportCursor, writeImportCursor } from '../../adapters/import-cursor.ts';
import { readRecipientSecret } from '../../adapters/recipient-secret.ts';
import { forgetRemoval, readRemovals } from '../../adapters/ses-removals.ts';
import {
  listSesSuppressed,
  readSesReason,
  removeSesSuppressed,
} from '../../adapters/ses-suppression.ts';
import { putSuppressionIfAbsent, readBlocked } from '../../adapters/suppression-store.ts';
import type { suppressionEnvironment } from '../../contract/environment.ts';
import { namesOf } from '../../contract/names.ts';
import { epochMs } from '../../domain/time.ts';
import type { SyncPorts } from './sync.ts';

/** Binds what the sync asks for to this deployment's table and SES; once per environment. */
export async function bindPorts(
  environment: z.output<typeof suppressionEnvironment>,
  clients: {
    readonly dynamo: DynamoDBClient;
    readonly secrets: SecretsManagerClient;
    readonly ses: SESv2Client;
  },
): Promise<Omit<SyncPorts, 'deadline'>> {
  const { dynamo, secrets, ses } = clients;
  const table = { dynamo, name: namesOf(environment.DEPLOYMENT).tables.suppression };
  return {
    clock: () => epochMs(Date.now()),
    pause: (milliseconds) => pause(milliseconds),
    recipientSecret: await readRecipientSecret(secrets, environment.RECIPIENT_KEY_SECRET),
    readRemovals: () => readRemovals(table),
    forgetRemoval: (removal) => forgetRemoval(table, removal),
    readSesReason: (address) => readSesReason(ses, address),
    removeFromSes: (address) => removeSesSuppressed(ses, address),
    readCursor: () => readImportCursor(table),
    writeCursor: (cursor) => writeImportCursor(table, cursor),
    listSes: (page) => listSesSuppressed(ses, page),
    readBlocked: (keys) => readBlocked(table, keys),
    addSuppression: (entry) => putSuppressionIfAbsent(table, entry),
  };
}
