import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createDynamo, createSecrets } from '../../adapters/clients.ts';
import { putEvent, putEvents } from '../../adapters/event-store.ts';
import { readRecipientSecret } from '../../adapters/recipient-secret.ts';
import { noteBlock, putSuppression } from '../../adapters/suppression-store.ts';
import { feedbackEnvironment } from '../../contract/environment.ts';
import { namesOf } from '../../contract/names.ts';
import { epochMs } from '../../domain/time.ts';
import { readRecords } from '../queue-records.ts';
import { feedback } from './feedback.ts';
import { createFeedbackTally } from './tally.ts';

const environment = feedbackEnvironment.parse(process.env);
const { tables } = namesOf(environment.DEPLOYMENT);
const dynamo = createDynamo();
const ledger = { dynamo, name: tables.ledger };
const suppression = { dynamo, name: tables.suppression };
const recipientSecret = await readRecipientSecret(
  createSecrets(),
  environment.RECIPIENT_KEY_SECRET,
);
const clock = () => epochMs(Date.now());

/** Takes in one batch of the feedback or the Delivery queue. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const tally = createFeedbackTally(environment.DEPLOYMENT, clock);
  const failed = await feedback(readRecords(event), {
    clock,
    recipientSecret,
    ledgerDays: environment.LEDGER_DAYS,
    putEvent: (item) => putEvent(ledger, item),
    putEvents: (items) => putEvents(ledger, items),
    putSuppression: (entry) => putSuppression(suppression, entry),
    noteBlock: (block) => noteBlock(suppression, block),
    ...tally,
  });
  tally.write();
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
