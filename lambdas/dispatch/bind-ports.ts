import { setTimeout as pause } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type * as z from 'zod';
import { createAssignmentReader } from '../../adapters/assignment-store.ts';
import { readContent, writeContent } from '../../adapters/content-store.ts';
import { createTenantReader } from '../../adapters/directory.ts';
import { parkMessage, returnLater } from '../../adapters/intake-queue.ts';
import { publishRejected } from '../../adapters/outcome-bus.ts';
import { createPacer } from '../../adapters/pacing-store.ts';
import { readRecipientSecret } from '../../adapters/recipient-secret.ts';
import { createSender } from '../../adapters/ses-sender.ts';
import { readSuppressions } from '../../adapters/suppression-store.ts';
import type { dispatchEnvironment } from '../../contract/environment.ts';
import { namesOf } from '../../contract/names.ts';
import { epochMs } from '../../domain/time.ts';
import type { DispatchPorts } from './ports.ts';

type Clients = {
  readonly dynamo: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
  readonly ses: SESv2Client;
  readonly sqs: SQSClient;
};

type BoundPorts = Omit<DispatchPorts, 'tally' | 'deadline' | 'newAttemptId'> & {
  readonly deadlineAfter: (remainingMs: number) => DispatchPorts['deadline'];
};

/** Binds what dispatch asks for to this deployment's tables, queues and SES; once per environment. */
export async function bindPorts(
  environment: z.output<typeof dispatchEnvironment>,
  clients: Clients,
): Promise<BoundPorts> {
  const { tables, eventBus } = namesOf(environment.DEPLOYMENT);
  const { STREAM: stream, STREAM_POLICY: policy } = environment;
  const table = (name: string) => ({ dynamo: clients.dynamo, name });
  const clock = () => epochMs(Date.now());
  const content = { s3: clients.s3, bucket: environment.CONTENT_BUCKET };
  return {
    stream,
    policy,
    clock,
    pause: (milliseconds) => pause(milliseconds),
    deadlineAfter: (remainingMs) => epochMs(clock() + remainingMs),
    recipientSecret: await readRecipientSecret(clients.secrets, environment.RECIPIENT_KEY_SECRET),
    ledger: { ...table(tables.ledger), keepDays: policy.ledgerDays },
    readTenant: createTenantReader(table(tables.directory), clock),
    readAssignment: createAssignmentReader(table(tables.assignments), stream, clock),
    readSuppressions: (questions, now) =>
      readSuppressions(table(tables.suppression), questions, now),
    readContent: (key, bytesMax) => readContent(content, key, bytesMax),
    holdBody: (key, body) => writeContent(content, key, body),
    pacer: createPacer(table(tables.pacing), policy.sendRateHeadroom, clock),
    send: createSender(clients.ses),
    park: (body, attributes) =>
      parkMessage(clients.sqs, { queueUrl: environment.PARKED_QUEUE_URL, body, attributes }),
    returnLater: ({ receiptHandle }, milliseconds) =>
      returnLater(clients.sqs, {
        queueUrl: environment.INTAKE_QUEUE_URL,
        receiptHandle,
        milliseconds,
      }),
    publishRejected: (rejected) =>
      publishRejected({ events: clients.events, name: eventBus }, rejected),
  };
}
