import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type * as z from 'zod';
import { markTwins, putEvent, putEvents, wasDelivered } from '../../adapters/event-store.ts';
import { putDelay, putFailure, putVoid } from '../../adapters/failure-store.ts';
import { readOrigin } from '../../adapters/journal-store.ts';
import { publishOutcomes } from '../../adapters/outcome-bus.ts';
import { readRecipientSecret } from '../../adapters/recipient-secret.ts';
import { readRequestIds } from '../../adapters/request-ids.ts';
import { askRotation } from '../../adapters/rotation-queue.ts';
import { noteBlock, putSuppression } from '../../adapters/suppression-store.ts';
import type { feedbackEnvironment } from '../../contract/environment.ts';
import { namesOf } from '../../contract/names.ts';
import { type Clock, epochMs } from '../../domain/time.ts';
import type { FeedbackPorts } from './feedback.ts';
import { untaggedPlaceOf } from './place-of.ts';
import { createWaker } from './wake-rotation.ts';

type Clients = {
  readonly dynamo: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly secrets: SecretsManagerClient;
  readonly sqs: SQSClient;
};

/** Binds what feedback asks for to this deployment's tables and bus; once per environment. */
export async function bindPorts(
  environment: z.output<typeof feedbackEnvironment>,
  { dynamo, events, secrets, sqs }: Clients,
  clock: Clock = () => epochMs(Date.now()),
): Promise<Omit<FeedbackPorts, 'count' | 'countUntagged' | 'duplicates' | 'unknown' | 'failure'>> {
  const { DEPLOYMENT: deployment, ROTATION_QUEUE_URL: rotationUrl } = environment;
  const { tables, eventBus } = namesOf(deployment);
  const ledger = { dynamo, name: tables.ledger };
  const suppression = { dynamo, name: tables.suppression };
  const evidence = { dynamo, name: tables.evidence };
  const bus = { events, name: eventBus };
  return {
    clock,
    recipientSecret: await readRecipientSecret(secrets, environment.RECIPIENT_KEY_SECRET),
    ledgerDays: environment.LEDGER_DAYS,
    putEvent: (item) => putEvent(ledger, item),
    putEvents: (items) => putEvents(ledger, items),
    markTwins: (about) => markTwins(ledger, about),
    putSuppression: (entry) => putSuppression(suppression, entry),
    noteBlock: (block) => noteBlock(suppression, block),
    untagged: untaggedPlaceOf(deployment, environment.UNTAGGED_ORIGIN),
    readOrigin: (attemptId, mail) => readOrigin(ledger, attemptId, mail),
    wasDelivered: (mail) => wasDelivered(ledger, mail),
    putFailure: (failure) => putFailure(evidence, failure),
    putVoid: (given) => putVoid(evidence, given),
    putDelay: (given) => putDelay(evidence, given),
    ...(rotationUrl === undefined
      ? {}
      : { wake: createWaker((asked) => askRotation(sqs, rotationUrl, asked), clock) }),
    outcomeStreams: environment.OUTCOME_STREAMS,
    readRequestIds: (messageIds) => readRequestIds(ledger, messageIds),
    publishOutcomes: (outcomes) => publishOutcomes(bus, outcomes),
  };
}
