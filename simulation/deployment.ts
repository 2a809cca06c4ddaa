import type * as z from 'zod';
import { putAssignment } from '../adapters/directory-seed.ts';
import type { Table } from '../adapters/items.ts';
import { writeSendRate } from '../adapters/pacing-store.ts';
import type { dispatchEnvironment, StreamPolicy } from '../contract/environment.ts';
import { namesOf } from '../contract/names.ts';
import { assignmentKeys } from '../contract/table-keys.ts';
import type { Lane } from '../domain/pacing.ts';
import { queueUrlOf } from './aws/queues.ts';
import type { SimulatedSes } from './aws/ses.ts';

/** A stream as a simulation declares it; what is left out is as a deploy with the defaults makes it. */
export type StreamOptions = {
  readonly lane: Lane;
  readonly ambiguous: StreamPolicy['ambiguous'];
  readonly deliveryEvents: boolean;
  /** Environments of dispatch, for each of its queues. */
  readonly concurrency: number;
  /** Queue messages an invocation. */
  readonly batchSize?: number;
  /** Share of the rate for one tenant while others wait; with it the stream has an overflow lane. */
  readonly tenantShare?: number;
  readonly sendRateHeadroom?: number;
};

/** Every stream of the deployment, by name. */
export type Streams = Readonly<Record<string, StreamOptions>>;

/** The deployment's name, from which all others follow. */
export const deployment = 'simulation';
/** Physical names of the simulated deployment. */
export const names = namesOf(deployment);
/** One domain that every tenant may send from. */
export const senderDomain = 'sender.example';
/** The secret under which recipients are keyed. */
export const recipientSecret = 'the secret of the simulation';
/** ARNs of the two topics that SES's events go to. */
export const topics = {
  feedback: `arn:aws:sns:us-east-1:000000000000:${names.feedbackTopic}`,
  delivery: `arn:aws:sns:us-east-1:000000000000:${names.deliveryTopic}`,
} as const;

const pool = 'shared';

/** Returns what a stream's function is told, as lib/send-path.ts writes it. */
export function environmentOf(
  stream: string,
  streams: Streams,
): z.output<typeof dispatchEnvironment> {
  const options = streams[stream];
  if (options === undefined)
    throw new Error(`got stream ${stream}, there are ${Object.keys(streams)}`);
  const hasOverflow = options.tenantShare !== undefined;
  return {
    DEPLOYMENT: deployment,
    STREAM: stream,
    STREAM_POLICY: {
      configurationSets: { [pool]: names.configurationSet(stream, pool) },
      ambiguous: options.ambiguous,
      sendRateHeadroom: options.sendRateHeadroom ?? 0.97,
      lane: options.lane,
      concurrency: options.concurrency * (hasOverflow ? 2 : 1),
      ...(options.tenantShare === undefined ? {} : { tenantShare: options.tenantShare }),
      ledgerDays: 30,
      contentDays: 60,
      streams: Object.keys(streams),
    },
    INTAKE_QUEUE_URL: queueUrlOf(names.intakeQueue(stream)),
    ...(hasOverflow ? { OVERFLOW_QUEUE_URL: queueUrlOf(names.overflowQueue(stream)) } : {}),
    PARKED_QUEUE_URL: queueUrlOf(names.parkedQueue(stream)),
    CONTENT_BUCKET: 'content',
    RECIPIENT_KEY_SECRET: names.recipientKeySecret,
  };
}

/** Declares identities, configuration sets and event destinations as lib/ does. */
export async function deploySes(ses: SimulatedSes, streams: Streams): Promise<void> {
  await ses.deploy('AWS::SES::EmailIdentity', { EmailIdentity: senderDomain });
  for (const [stream, { deliveryEvents }] of Object.entries(streams))
    await deployConfigurationSet(ses, configurationSetOf(stream), { deliveryEvents });
}

/** Returns the name of a stream's configuration set. */
export function configurationSetOf(stream: string): string {
  return names.configurationSet(stream, pool);
}

/** Declares a configuration set and where its events go. */
export async function deployConfigurationSet(
  ses: SimulatedSes,
  ConfigurationSetName: string,
  { deliveryEvents }: Pick<StreamOptions, 'deliveryEvents'>,
): Promise<void> {
  await ses.deploy('AWS::SES::ConfigurationSet', {
    Name: ConfigurationSetName,
    SuppressionOptions: { SuppressedReasons: ['COMPLAINT'] },
  });
  const destination = (Name: string, TopicARN: string, types: string[]) =>
    ses.deploy('AWS::SES::ConfigurationSetEventDestination', {
      ConfigurationSetName,
      EventDestination: {
        Name,
        Enabled: true,
        MatchingEventTypes: types,
        SnsDestination: { TopicARN },
      },
    });
  await destination('feedback', topics.feedback, fastEvents);
  if (deliveryEvents) await destination('delivery', topics.delivery, ['delivery']);
}

const fastEvents = ['bounce', 'complaint', 'reject', 'renderingFailure', 'deliveryDelay'];

/** Seeds what a deploy seeds: assignments and the send rate. */
export async function seedTables(
  tables: { readonly assignments: Table; readonly pacing: Table },
  streams: Streams,
  seeded: { readonly at: number; readonly ratePerSecond: number },
): Promise<void> {
  await writeSendRate(tables.pacing, seeded.ratePerSecond);
  for (const stream of Object.keys(streams))
    await putAssignment(
      tables.assignments,
      {
        ...assignmentKeys.stream(stream),
        pools: [{ pool, weight: 1 }],
        version: 1,
        at: seeded.at,
        by: 'simulation',
        why: 'first',
      },
      0,
    );
}
