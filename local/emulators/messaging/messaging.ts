import { buildApp } from 'fauxqs';
import type { Emulator, Place, ResourceProviders } from '../../aws.ts';
import { awsError } from '../../aws-error.ts';
import { isObject, listOr, parseJson, stringAt } from '../../json-access.ts';
import type { Note } from '../../note.ts';
import type { Measure } from '../cloudwatch/metric.ts';
import { admitAstralCharacters } from './astral-characters.ts';
import { createBucketProvider } from './bucket-provider.ts';
import { askApp } from './in-process-app.ts';
import { createInProcessClient, type InProcessClient } from './in-process-client.ts';
import { createMessageStores } from './message-stores.ts';
import { createNotices, type Notices } from './notices.ts';
import { createNotificationRoutes } from './notification-routes.ts';
import { measureQueues } from './queue-metrics.ts';
import { createQueueProvider } from './queue-provider.ts';
import { createSns } from './sns.ts';
import { createSqs } from './sqs.ts';
import { measureTopic } from './topic-metrics.ts';
import { createTopicProviders } from './topic-providers.ts';
import { createFunctionQueues, type FunctionInvoke, ownQueuePrefix } from './topic-to-function.ts';

export type QueueDepth = {
  readonly name: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
};

export type Messaging = {
  readonly providers: ResourceProviders;
  readonly sqs: Emulator;
  readonly sns: Emulator;
  readonly s3: Emulator;
  readonly sts: Emulator;
  /** `/_local/notifications`. */
  readonly local: Emulator;
  /** Publishes in batches of ten, without signature and socket. */
  readonly publish: (topicArn: string, messages: readonly string[]) => Promise<void>;
  /** Publishes what the laptop's owner is to see at `/_local/notifications`. */
  readonly notify: (
    topicArn: string,
    notice: { readonly subject?: string; readonly message: string },
  ) => Promise<void>;
  /** Measures the depth and age of every queue. */
  readonly sampleQueues: () => void;
  /** `group` is the message group of a FIFO queue. */
  readonly sendMessage: (queueArn: string, body: string, group?: string) => Promise<void>;
  /** Counts messages of all queues, those of the box itself included. */
  readonly queueDepths: () => Promise<readonly QueueDepth[]>;
  readonly close: () => Promise<void>;
};

export type MessagingOptions = {
  readonly place: Place;
  readonly endpointUrl: () => string;
  readonly invokeAsync: FunctionInvoke;
  readonly note: Note;
  readonly onDropped: (functionArn: string, message: string) => void;
  /** @default nothing is measured */
  readonly measure?: Measure;
};

/** fauxqs knows this account only. */
const accountOfFauxqs = '000000000000';
const publishBatchMax = 10;
/** The body limit that fauxqs sets on its application; a multipart upload goes beyond it. */
const objectBytesMax = 11 * 1024 * 1024;

/** Returns SQS, SNS, S3 and STS in memory, with the resources of the template. */
export async function createMessaging(options: MessagingOptions): Promise<Messaging> {
  const { place, note, measure = () => {} } = options;
  if (place.accountId !== accountOfFauxqs) {
    throw new Error(
      `account ${place.accountId} is not supported, the box runs as ${accountOfFauxqs}`,
    );
  }
  const { app, stores, sampleQueues } = await openApp(place, measure);
  const client = createInProcessClient(app, place);
  const functions = createFunctionQueues({
    ...{ place, client, invokeAsync: options.invokeAsync },
    onDropped: (functionArn, message, topicArn) => {
      if (topicArn !== undefined) measureTopic(measure, topicArn).failed(1);
      options.onDropped(functionArn, message);
    },
  });
  const queueUrl = (name: string): string => `${options.endpointUrl()}/${place.accountId}/${name}`;
  const { queueForFunction } = functions;
  const notices = createNotices(stores.snsStore);
  const pass: Emulator = (request) => askApp(app, request);
  return {
    providers: {
      'AWS::SQS::Queue': createQueueProvider({ client, place, queueUrl }),
      'AWS::S3::Bucket': createBucketProvider({ client, place, note }),
      ...createTopicProviders({ client, place, note, queueForFunction }),
    },
    sqs: createSqs({ app, queueUrl, isHidden: (name) => name.startsWith(ownQueuePrefix) }),
    sns: createSns({ app, store: stores.snsStore, notices, measure }),
    sts: pass,
    s3: async (request) => (request.body.length > objectBytesMax ? tooLarge : pass(request)),
    local: createNotificationRoutes({ notices, store: stores.snsStore }),
    publish: async (topicArn, messages) => {
      measureTopic(measure, topicArn).published(messages.length);
      await publish(client, topicArn, messages);
    },
    notify: (topicArn, notice) => notify(topicArn, notice, { client, notices, measure }),
    sampleQueues,
    sendMessage: async (queueArn, body, group) => {
      const name = queueArn.slice(queueArn.lastIndexOf(':') + 1);
      await client.sqs('SendMessage', {
        QueueUrl: queueUrl(name),
        MessageBody: body,
        ...(group === undefined ? {} : { MessageGroupId: group }),
      });
    },
    queueDepths: () => queueDepths(client),
    close: async () => {
      functions.close();
      await app.close();
    },
  };
}

/** Opens fauxqs on stores that the box can look into. */
async function openApp({ region }: Place, measure: Measure) {
  await admitAstralCharacters();
  const stores = await createMessageStores();
  stores.sqsStore.region = region;
  stores.snsStore.region = region;
  const sampleQueues = measureQueues(stores.sqsStore, measure);
  const app = buildApp({ logger: false, defaultRegion: region, stores });
  await app.ready();
  return { app, stores, sampleQueues };
}

const tooLarge = awsError('s3', {
  status: 400,
  code: 'EntityTooLarge',
  message: `the box takes ${objectBytesMax} bytes in one request: use a multipart upload`,
});

async function publish(
  client: InProcessClient,
  topicArn: string,
  messages: readonly string[],
): Promise<void> {
  for (let start = 0; start < messages.length; start += publishBatchMax) {
    const form: Record<string, string> = { TopicArn: topicArn };
    messages.slice(start, start + publishBatchMax).forEach((message, index) => {
      form[`PublishBatchRequestEntries.member.${index + 1}.Id`] = String(index);
      form[`PublishBatchRequestEntries.member.${index + 1}.Message`] = message;
    });
    const answer = await client.query('PublishBatch', form);
    if (answer.includes('<Code>')) {
      throw new Error(`${topicArn} refuses a message of the batch: ${answer}`);
    }
  }
}

async function notify(
  topicArn: string,
  notice: { readonly subject?: string; readonly message: string },
  to: {
    readonly client: InProcessClient;
    readonly notices: Notices;
    readonly measure: Measure;
  },
): Promise<void> {
  const { subject, message } = notice;
  const form = { TopicArn: topicArn, Message: message };
  await to.client.query('Publish', subject === undefined ? form : { ...form, Subject: subject });
  to.notices.add({ topicArn, message, subject, structure: undefined });
  measureTopic(to.measure, topicArn).published(1);
}

async function queueDepths(client: InProcessClient): Promise<readonly QueueDepth[]> {
  const queues = listOr(parseJson(await client.get('/_fauxqs/queues')));
  return queues.filter(isObject).map((queue) => ({
    name: stringAt(queue, 'name') ?? '',
    visible: Number(queue['approximateMessageCount']),
    inFlight: Number(queue['approximateInflightCount']),
    delayed: Number(queue['approximateDelayedCount']),
  }));
}
