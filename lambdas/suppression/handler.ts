import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { createDynamo, createSecrets, createSes } from '../../adapters/clients.ts';
import { log } from '../../adapters/log.ts';
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
import { suppressionEnvironment } from '../../contract/environment.ts';
import { namesOf } from '../../contract/names.ts';
import { epochMs } from '../../domain/time.ts';
import { syncSuppressions } from './sync.ts';

const environment = suppressionEnvironment.parse(process.env);
const ses = createSes();
const table = { dynamo: createDynamo(), name: namesOf(environment.DEPLOYMENT).tables.suppression };
const recipientSecret = await readRecipientSecret(
  createSecrets(),
  environment.RECIPIENT_KEY_SECRET,
);
const clock = () => epochMs(Date.now());

/** Runs every hour; the margin lets the last call end before the function does. */
export async function handler(_event: unknown, context: Context): Promise<void> {
  const report = await syncSuppressions({
    clock,
    pause: (milliseconds) => pause(milliseconds),
    deadline: epochMs(clock() + context.getRemainingTimeInMillis() - 30_000),
    recipientSecret,
    readRemovals: () => readRemovals(table),
    forgetRemoval: (key) => forgetRemoval(table, key),
    removeFromSes: (address) => removeSesSuppressed(ses, address),
    readCursor: () => readImportCursor(table),
    writeCursor: (until) => writeImportCursor(table, until),
    listSes: (page) => listSesSuppressed(ses, page),
    readBlocked: (keys) => readBlocked(table, keys),
    addSuppression: (entry) => putSuppressionIfAbsent(table, entry),
  });
  log('suppression.synced', report);
}
