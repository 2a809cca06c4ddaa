import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod';
import { markTwins, putEvent, putEvents } from '../../adapters/event-store.ts';
import { publishOutcomes } from '../../adapters/outcome-bus.ts';
import { readRecipientSecret } from '../../adapters/recipient-secret.ts';
import { readRequestIds } from '../../adapters/request-ids.ts';
import { noteBlock, putSuppression } from '../../adapters/suppression-store.ts';
import type { feedbackEnvironment } from '../../contract/environment.ts';
import { namesOf } from '../../contract/names.ts';
import { epochMs } from '../../domain/time.ts';
import type { FeedbackPorts } from './feedback.ts';

type Clients = {
  readonly dynamo: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly secrets: SecretsManagerClient;
};

/** Binds what feedback asks for to this deployment's tables and bus; once per environment. */
export async function bindPorts(
  environment: z.output<typeof feedbackEnvironment>,
  { dynamo, events, secrets }: Clients,
): Promise<Omit<FeedbackPorts, 'count' | 'duplicates' | 'unknown' | 'failure'>> {
  const { tables, eventBus } = namesOf(environment.DEPLOYMENT);
  const ledger = { dynamo, name: tables.ledger };
  const suppression = { dynamo, name: tables.suppression };
  const bus = { events, name: eventBus };
  return {
    clock: () => epochMs(Date.now()),
    recipientSecret: await readRecipientSecret(secrets, environment.RECIPIENT_KEY_SECRET),
    ledgerDays: environment.LEDGER_DAYS,
    putEvent: (item) => putEvent(ledger, item),
    putEvents: (items) => putEvents(ledger, items),
    markTwins: (about) => markTwins(ledger, about),
    putSuppression: (entry) => putSuppression(suppression, entry),
    noteBlock: (block) => noteBlock(suppression, block),
    outcomeStreams: environment.OUTCOME_STREAMS,
    readRequestIds: (messageIds) => readRequestIds(ledger, messageIds),
    publishOutcomes: (outcomes) => publishOutcomes(bus, outcomes),
  };
}
