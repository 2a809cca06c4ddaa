import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type * as z from 'zod';
import { createAllowances } from '../../adapters/allowance-store.ts';
import { createAssignmentReader } from '../../adapters/assignment-store.ts';
import { readStoredAttempt, storeAttempt } from '../../adapters/attempt-content.ts';
import { readContent, writeContent } from '../../adapters/content-store.ts';
import { createTenantReader } from '../../adapters/directory.ts';
import { parkMessage, returnLater } from '../../adapters/intake-queue.ts';
import { putLater } from '../../adapters/later-mail.ts';
import { describeError, log } from '../../adapters/log.ts';
import { publishOutcomes, publishRejected } from '../../adapters/outcome-bus.ts';
import { moveMessages } from '../../adapters/overflow-queue.ts';
import { createPacer } from '../../adapters/pacing-store.ts';
import { createProbes } from '../../adapters/probe-store.ts';
import { createProviderResolver, type ResolveMx } from '../../adapters/provider-resolver.ts';
import { readRecipientSecret } from '../../adapters/recipient-secret.ts';
import { createBulkSender } from '../../adapters/ses-bulk.ts';
import { createSender } from '../../adapters/ses-sender.ts';
import { readSuppressions } from '../../adapters/suppression-store.ts';
import { createSwitchHints } from '../../adapters/switch-store.ts';
import { attemptRandomBytes, newAttemptId } from '../../contract/attempt-id.ts';
import type { dispatchEnvironment } from '../../contract/environment.ts';
import { namesOf } from '../../contract/names.ts';
import { emptyWindow } from '../../domain/fair-share.ts';
import type { Lane } from '../../domain/pacing.ts';
import { epochMs } from '../../domain/time.ts';
import { createLateMail } from './late-mail.ts';
import type { DispatchPorts } from './ports.ts';

type Clients = {
  readonly dynamo: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
  readonly ses: SESv2Client;
  readonly sqs: SQSClient;
};

type BoundPorts = Omit<DispatchPorts, 'tally' | 'deadline'> & {
  readonly deadlineAfter: (remainingMs: number) => DispatchPorts['deadline'];
};

/** The clock, the waiting and the name servers of an environment; the simulation has its own. */
type Surroundings = Pick<DispatchPorts, 'clock' | 'pause'> & { readonly resolveMx?: ResolveMx };

const realOnes: Surroundings = {
  clock: () => epochMs(Date.now()),
  pause: (milliseconds) => pause(milliseconds),
};

/** Binds what dispatch asks for to this deployment's tables, queues and SES; once per environment. */
export async function bindPorts(
  environment: z.output<typeof dispatchEnvironment>,
  clients: Clients,
  surroundings: Surroundings = realOnes,
): Promise<BoundPorts> {
  const { tables, eventBus } = namesOf(environment.DEPLOYMENT);
  const { STREAM: stream, STREAM_POLICY: policy } = environment;
  const table = (name: string) => ({ dynamo: clients.dynamo, name });
  const { clock, pause: wait, resolveMx } = surroundings;
  const { INTAKE_QUEUE_URL: intakeUrl, OVERFLOW_QUEUE_URL: overflowUrl } = environment;
  const pacerOf = (lane: Lane) =>
    createPacer(table(tables.pacing), { lane, headroom: policy.sendRateHeadroom }, clock);
  const content = { s3: clients.s3, bucket: environment.CONTENT_BUCKET };
  const bus = { events: clients.events, name: eventBus };
  return {
    stream,
    policy,
    clock,
    pause: wait,
    newAttemptId: () => newAttemptId(clock(), randomBytes(attemptRandomBytes)),
    deadlineAfter: (remainingMs) => epochMs(clock() + remainingMs),
    recipientSecret: await readRecipientSecret(clients.secrets, environment.RECIPIENT_KEY_SECRET),
    ledger: { ...table(tables.ledger), keepDays: policy.ledgerDays },
    readTenant: createTenantReader(table(tables.directory), clock),
    readAssignment: createAssignmentReader(table(tables.assignments), stream, clock),
    readSuppressions: (questions, now) =>
      readSuppressions(table(tables.suppression), questions, now),
    readContent: (key, bytesMax) => readContent(content, key, bytesMax),
    holdBody: (key, body) => writeContent(content, key, body),
    pacer: pacerOf(policy.lane),
    allowances: createAllowances(table(tables.pacing), clock),
    probes: createProbes(table(tables.ledger)),
    providerOf: createProviderResolver(table(tables.ledger), {
      clock,
      failure: (error) => log('dispatch.provider', describeError(error)),
      ...(resolveMx ? { resolveMx } : {}),
    }),
    ...(overflowUrl === undefined
      ? {}
      : {
          lateMail: createLateMail(clock),
          overflow: {
            window: emptyWindow,
            // Whatever the stream's lane: mail within its share leaves first.
            pacer: pacerOf('marketing'),
            move: (messages) => moveMessages(clients.sqs, overflowUrl, messages),
          },
        }),
    send: policy.bulk ? createBulkSender(clients.ses) : createSender(clients.ses),
    park: (body, attributes) =>
      parkMessage(clients.sqs, { queueUrl: environment.PARKED_QUEUE_URL, body, attributes }),
    putLater: (mail, messageId) => putLater(content, mail, messageId),
    returnLater: ({ receiptHandle, lane }, milliseconds) =>
      returnLater(clients.sqs, {
        queueUrl: lane === 'overflow' ? (overflowUrl ?? intakeUrl) : intakeUrl,
        receiptHandle,
        milliseconds,
      }),
    hintSwitch: createSwitchHints(table(tables.pacing), stream, clock),
    publishRejected: (rejected) => publishRejected(bus, rejected, clock()),
    publishOutcomes: (events) => publishOutcomes(bus, events),
    storeAttempt: (attempt) => storeAttempt(content, attempt),
    ...(policy.rescue
      ? { readKept: (attempt, now) => readStoredAttempt(content, attempt, now) }
      : {}),
  };
}
