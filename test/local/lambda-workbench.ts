import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from 'fauxqs';
import {
  type AwsRequest,
  type Emulator,
  type Json,
  type JsonObject,
  localPlace,
} from '../../local/aws.ts';
import { createLambdaBox, type LambdaBox } from '../../local/lambda/lambda-box.ts';

export type Workbench = {
  readonly box: LambdaBox;
  readonly logs: string[];
  readonly sqs: Emulator;
  /** Creates a function from the source of an .mjs file; answers its ARN. */
  readonly addFunction: (name: string, source: string, properties?: JsonObject) => Promise<string>;
  /** Creates a queue; answers its ARN. */
  readonly addQueue: (name: string, visibilitySeconds?: number) => Promise<string>;
  /** Creates a mapping; answers its UUID. */
  readonly addMapping: (properties: JsonObject) => Promise<string>;
  /** Sends the bodies in batches of ten; answers the message ids. */
  readonly send: (queueName: string, bodies: readonly string[]) => Promise<string[]>;
  /** Messages waiting plus messages in flight. */
  readonly depth: (queueName: string) => Promise<{ waiting: number; inFlight: number }>;
  readonly close: () => Promise<void>;
};

const endpointUrl = 'http://127.0.0.1:4566';

/** A Lambda box beside a queue emulator in this process, with bundles in a folder of its own. */
export async function openWorkbench(
  options: { readonly asyncRetryDelaysMs?: readonly number[]; readonly nameServer?: string } = {},
): Promise<Workbench> {
  const folder = mkdtempSync(join(tmpdir(), 'lambda-workbench-'));
  const app = await buildApp({ logger: false });
  const sqs: Emulator = async (request) => {
    const response = await app.inject({
      method: 'POST',
      url: request.url,
      headers: { ...request.headers },
      payload: request.body,
    });
    return { status: response.statusCode, body: response.body };
  };
  const logs: string[] = [];
  const box = createLambdaBox({
    endpointUrl: () => endpointUrl,
    place: localPlace,
    clock: Date.now,
    sqs,
    onLog: (name, line) => logs.push(`${name}: ${line}`),
    ...options,
  });
  const call = async (action: string, input: JsonObject): Promise<Json> => {
    const response = await sqs(sqsRequest(action, input));
    if (response.status !== 200) throw new Error(String(response.body));
    return JSON.parse(String(response.body || '{}'));
  };
  const create = async (
    type: string,
    logicalId: string,
    properties: JsonObject,
    asset?: string,
  ) => {
    const provider = box.providers[type];
    if (provider === undefined) throw new Error(`no provider for ${type}`);
    const resource = { logicalId, type, properties };
    return provider(asset === undefined ? resource : { ...resource, assetPath: asset });
  };
  return {
    box,
    logs,
    sqs,
    addFunction: async (name, source, properties = {}) => {
      const asset = mkdtempSync(join(folder, `${name}-`));
      writeFileSync(join(asset, 'index.mjs'), source);
      const physical = await create(
        'AWS::Lambda::Function',
        name,
        {
          ...functionProperties,
          ...properties,
        },
        asset,
      );
      return physical.attributes['Arn'] ?? '';
    },
    addQueue: async (name, visibilitySeconds = 30) => {
      await call('CreateQueue', {
        QueueName: name,
        Attributes: { VisibilityTimeout: `${visibilitySeconds}` },
      });
      return `arn:aws:sqs:us-east-1:000000000000:${name}`;
    },
    addMapping: async (properties) => {
      const id = `Mapping${randomBytes(4).toString('hex')}`;
      return (await create('AWS::Lambda::EventSourceMapping', id, properties)).ref;
    },
    send: async (queueName, bodies) => {
      const ids: string[] = [];
      for (let start = 0; start < bodies.length; start += 10) {
        const Entries = bodies
          .slice(start, start + 10)
          .map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
        const answer = await call('SendMessageBatch', { QueueUrl: queueUrl(queueName), Entries });
        for (const [, id] of JSON.stringify(answer).matchAll(/"MessageId":"([^"]+)"/g)) {
          ids.push(id ?? '');
        }
      }
      return ids;
    },
    depth: async (queueName) => {
      const answer = JSON.stringify(
        await call('GetQueueAttributes', {
          QueueUrl: queueUrl(queueName),
          AttributeNames: ['All'],
        }),
      );
      const count = (name: string) => Number(new RegExp(`"${name}":"(\\d+)"`).exec(answer)?.[1]);
      return {
        waiting: count('ApproximateNumberOfMessages'),
        inFlight: count('ApproximateNumberOfMessagesNotVisible'),
      };
    },
    close: async () => {
      await box.close();
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A request of the Lambda REST interface. */
export function lambdaRequest(
  method: string,
  url: string,
  body: Json = '',
  headers: Readonly<Record<string, string>> = {},
): AwsRequest {
  const text = body === '' ? '' : JSON.stringify(body);
  return { service: 'lambda', principal: 'TEST', method, url, headers, body: Buffer.from(text) };
}

const functionProperties: JsonObject = {
  Handler: 'index.handler',
  Runtime: 'nodejs24.x',
  Role: 'arn:aws:iam::000000000000:role/test',
  Code: { S3Bucket: 'assets', S3Key: 'key' },
};

function queueUrl(name: string): string {
  return `${endpointUrl}/000000000000/${name}`;
}

function sqsRequest(action: string, input: JsonObject): AwsRequest {
  return {
    service: 'sqs',
    principal: 'TEST',
    method: 'POST',
    url: '/',
    headers: {
      host: '127.0.0.1:4566',
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${action}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=TEST/20250101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: Buffer.from(JSON.stringify(input)),
  };
}
