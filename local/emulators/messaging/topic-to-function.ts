import type { Json, JsonObject, Place } from '../../aws.ts';
import { listOr, objectOr, parseJson, stringAt } from '../../json-access.ts';
import type { InProcessClient } from './in-process-client.ts';

/** Accepts an event for a function; retries are the function's own matter from then on. */
export type FunctionInvoke = (
  functionArn: string,
  payload: Json,
) => Promise<{ readonly error?: { readonly type: string; readonly message: string } }>;

export type FunctionQueues = {
  /** Makes a queue whose messages are handed to this function; returns the queue's ARN. */
  readonly queueForFunction: (functionArn: string, subscriptionId: string) => Promise<string>;
  readonly close: () => void;
};

/** Names of the box's own queues begin so; SQS names cannot hold a `$`, so no template has one. */
export const ownQueuePrefix = '$sns-to-lambda-';

const waitSeconds = 20;
/** Longer than an event takes to be accepted, so that none is handed over twice. */
const visibilitySeconds = 900;

/**
 * Returns the deliveries from topics to functions. fauxqs delivers to queues only, so that each
 * such subscription gets a queue of its own, with fauxqs's filters, and a loop that hands SNS's
 * event to the function, as an asynchronous invocation.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
 */
export function createFunctionQueues(options: {
  readonly client: InProcessClient;
  readonly place: Place;
  readonly invokeAsync: FunctionInvoke;
  readonly onDropped: (functionArn: string, message: string, topicArn?: string) => void;
}): FunctionQueues {
  const { client, place } = options;
  let isOpen = true;

  const pump = async (queue: string, functionArn: string): Promise<void> => {
    while (isOpen) {
      const answer = await client.sqs('ReceiveMessage', {
        QueueUrl: queue,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
      });
      await Promise.all(
        listOr(answer['Messages']).map((one) => deliver(queue, functionArn, objectOr(one))),
      );
    }
  };

  const deliver = async (
    queue: string,
    functionArn: string,
    message: JsonObject,
  ): Promise<void> => {
    const handle = { QueueUrl: queue, ReceiptHandle: message['ReceiptHandle'] ?? null };
    const { error } = await options.invokeAsync(functionArn, eventOf(message));
    if (error !== undefined) {
      const why = `${error.type}: ${error.message}`;
      options.onDropped(functionArn, why, stringAt(notificationOf(message), 'TopicArn'));
    }
    await client.sqs('DeleteMessage', handle);
  };

  return {
    queueForFunction: async (functionArn, subscriptionId) => {
      const name = `${ownQueuePrefix}${subscriptionId}`;
      await client.sqs('CreateQueue', { QueueName: name });
      pump(`http://127.0.0.1/${place.accountId}/${name}`, functionArn).catch((cause) => {
        if (isOpen) options.onDropped(functionArn, `delivery from the topic stopped: ${cause}`);
      });
      return `arn:${place.partition}:sqs:${place.region}:${place.accountId}:${name}`;
    },
    close: () => {
      isOpen = false;
    },
  };
}

function notificationOf(message: JsonObject): JsonObject {
  return objectOr(parseJson(stringAt(message, 'Body') ?? ''));
}

function eventOf(message: JsonObject): Json {
  const notification = notificationOf(message);
  const { SigningCertURL = '', UnsubscribeURL = '', ...rest } = notification;
  const topicArn = stringAt(notification, 'TopicArn') ?? '';
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: `${topicArn}:local`,
        Sns: {
          Subject: null,
          MessageAttributes: {},
          ...rest,
          SigningCertUrl: SigningCertURL,
          UnsubscribeUrl: UnsubscribeURL,
        },
      },
    ],
  };
}
