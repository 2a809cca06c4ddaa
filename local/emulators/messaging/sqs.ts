import type { AwsRequest, AwsResponse, Emulator, JsonObject } from '../../aws.ts';
import { awsError } from '../../aws-error.ts';
import { isList, isObject, objectOr, parseJson } from '../../json-access.ts';
import { askApp, type InProcessApp } from './in-process-app.ts';
import { askForGroups, carryGroups, correctSendDigests, restoreGroups } from './message-group.ts';

export type SqsOptions = {
  readonly app: InProcessApp;
  /** Returns the queue URL that reaches the box, from the queue's name. */
  readonly queueUrl: (name: string) => string;
  /** Returns whether a queue is the box's own and not to be listed. */
  readonly isHidden: (name: string) => boolean;
};

type Adaptation = (request: AwsRequest, options: SqsOptions) => Promise<AwsResponse>;

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html */
const targetPattern = /^AmazonSQS\.(\w+)$/;

/**
 * Returns SQS in its JSON protocol: fauxqs, with queue URLs that lead to the box's one endpoint and
 * with the message group ids of standard queues kept.
 */
export function createSqs(options: SqsOptions): Emulator {
  return async (request) => {
    const [, operation] = targetPattern.exec(request.headers['x-amz-target'] ?? '') ?? [];
    if (!isJson(request) || operation === undefined) return notJsonProtocol(request);
    const adapt = adaptations[operation] ?? pass;
    // SQS answers at / and at each queue's URL; fauxqs would take the latter for an object of S3.
    return adapt({ ...request, url: '/' }, options);
  };
}

function isJson({ method, headers }: AwsRequest): boolean {
  return method === 'POST' && (headers['content-type'] ?? '').startsWith('application/x-amz-json-');
}

/** The Query protocol looks like SNS to fauxqs, anything else like S3: neither may answer for SQS. */
function notJsonProtocol({ method, url, headers }: AwsRequest): AwsResponse {
  const [path] = url.split('?', 1);
  const { 'x-amz-target': target = 'none', 'content-type': type = 'none' } = headers;
  const got = `${method} ${path}, x-amz-target ${target}, content-type ${type}`;
  return awsError('sqs', {
    status: 400,
    code: 'InvalidAction',
    message: `got ${got}; the box speaks the JSON protocol of SQS, not the older Query protocol: POST with the headers "x-amz-target: AmazonSQS.SendMessage" (or another operation) and "content-type: application/x-amz-json-1.0", as AWS SDKs and the AWS CLI do since 2024`,
  });
}

/** Returns the last part of a queue URL: the queue's name. */
export function queueNameOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

const adaptations: Readonly<Record<string, Adaptation>> = {
  CreateQueue: withOwnUrl,
  GetQueueUrl: withOwnUrl,
  ListQueues: withOwnUrl,
  SendMessage: keepGroups,
  SendMessageBatch: keepGroups,
  ReceiveMessage: receive,
};

function pass(request: AwsRequest, { app }: SqsOptions): Promise<AwsResponse> {
  return askApp(app, request);
}

async function withOwnUrl(request: AwsRequest, options: SqsOptions): Promise<AwsResponse> {
  const answer = await askApp(options.app, request);
  const body = bodyOf(answer);
  const { QueueUrl, QueueUrls } = body;
  const own = (url: string): string => options.queueUrl(queueNameOf(url));
  return withBody(answer, {
    ...body,
    ...(typeof QueueUrl === 'string' ? { QueueUrl: own(QueueUrl) } : {}),
    ...(isList(QueueUrls)
      ? {
          QueueUrls: QueueUrls.map(String)
            .filter((url) => !options.isHidden(queueNameOf(url)))
            .map(own),
        }
      : {}),
  });
}

async function keepGroups(request: AwsRequest, options: SqsOptions): Promise<AwsResponse> {
  if (!request.body.includes('"MessageGroupId"')) return pass(request, options);
  const input = parseJson(request.body.toString());
  if (!isObject(input)) return pass(request, options);
  const answer = await askApp(options.app, {
    ...request,
    body: Buffer.from(JSON.stringify(carryGroups(input))),
  });
  if (answer.status !== 200) return answer;
  return withBody(answer, correctSendDigests(input, bodyOf(answer)));
}

async function receive(request: AwsRequest, options: SqsOptions): Promise<AwsResponse> {
  const input = objectOr(parseJson(request.body.toString()));
  const asked = request.body.includes('"MessageAttributeNames"')
    ? { ...request, body: Buffer.from(JSON.stringify(askForGroups(input))) }
    : request;
  const answer = await askApp(options.app, asked);
  if (!(answer.body ?? '').includes('"MessageAttributes"')) return answer;
  return withBody(answer, restoreGroups(input, bodyOf(answer)));
}

function bodyOf(answer: AwsResponse): JsonObject {
  return objectOr(parseJson((answer.body ?? '').toString()));
}

function withBody(answer: AwsResponse, body: JsonObject): AwsResponse {
  const { 'content-length': _old, ...headers } = answer.headers ?? {};
  return { ...answer, headers, body: JSON.stringify(body) };
}
