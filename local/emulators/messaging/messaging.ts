import { buildApp } from 'fauxqs';
import type { Emulator, Place, ResourceProviders } from '../../aws.ts';
import { awsError } from '../../aws-error.ts';
import { isObject, listOr, parseJson, stringAt } from '../../json-access.ts';
import type { Note } from '../../note.ts';
import { admitAstralCharacters } from './astral-characters.ts';
import { createBucketProvider } from './bucket-provider.ts';
import { askApp } from './in-process-app.ts';
import { createInProcessClient, type InProcessClient } from './in-process-client.ts';
import { createQueueProvider } from './queue-provider.ts';
import { createSqs } from './sqs.ts';
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
  /** Publishes in batches of ten, without signature and socket. */
  readonly publish: (topicArn: string, messages: readonly string[]) => Promise<void>;
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
};

/** fauxqs knows this account only. */
const accountOfFauxqs = '000000000000';
const publishBatchMax = 10;
/** The body limit that fauxqs sets on its application; a multipart upload goes beyond it. */
const objectBytesMax = 11 * 1024 * 1024;

/** Returns SQS, SNS, S3 and STS in memory, with the resources of the template. */
export async function createMessaging(options: MessagingOptions): Promise<Messaging> {
  const { place, note } = options;
  if (place.accountId !== accountOfFauxqs) {
    throw new Error(
      `account ${place.accountId} is not supported, the box runs as ${accountOfFauxqs}`,
    );
  }
  await admitAstralCharacters();
  const app = buildApp({ logger: false, defaultRegion: place.region });
  await app.ready();
  const client = createInProcessClient(app, place);
  const functions = createFunctionQueues({ ...options, client });
  const queueUrl = (name: string): string => `${options.endpointUrl()}/${place.accountId}/${name}`;
  const { queueForFunction } = functions;
  const pass: Emulator = (request) => askApp(app, request);
  return {
    providers: {
      'AWS::SQS::Queue': createQueueProvider({ client, place, queueUrl }),
      'AWS::S3::Bucket': createBucketProvider({ client, place, note }),
      ...createTopicProviders({ client, place, note, queueForFunction }),
    },
    sqs: createSqs({ app, queueUrl, isHidden: (name) => name.startsWith(ownQueuePrefix) }),
    sns: pass,
    sts: pass,
    s3: async (request) => (request.body.length > objectBytesMax ? tooLarge : pass(request)),
    publish: (topicArn, messages) => publish(client, topicArn, messages),
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

async function queueDepths(client: InProcessClient): Promise<readonly QueueDepth[]> {
  const queues = listOr(parseJson(await client.get('/_fauxqs/queues')));
  return queues.filter(isObject).map((queue) => ({
    name: stringAt(queue, 'name') ?? '',
    visible: Number(queue['approximateMessageCount']),
    inFlight: Number(queue['approximateInflightCount']),
    delayed: Number(queue['approximateDelayedCount']),
  }));
}
