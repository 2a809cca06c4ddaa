import { setTimeout as pause } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type * as z from 'zod';
import { readRecipientSecret } from '../../adapters/recipient-secret.ts';
import { listSesSuppressed, removeSesSuppressed } from '../../adapters/ses-suppression.ts';
import {
  forgetRemoval,
  putSuppressionIfAbsent,
  readBlocked,
  readImportCursor,
  readRemovals,
  writeImportCursor,
} from '../../adapters/suppression-store.ts';
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
    forgetRemoval: (key) => forgetRemoval(table, key),
    removeFromSes: (address) => removeSesSuppressed(ses, address),
    readCursor: () => readImportCursor(table),
    writeCursor: (until) => writeImportCursor(table, until),
    listSes: (page) => listSesSuppressed(ses, page),
    readBlocked: (keys) => readBlocked(table, keys),
    addSuppression: (entry) => putSuppressionIfAbsent(table, entry),
  };
}
