import { connect } from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetAccountCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AwsRequest } from '../../local/aws.ts';
import { accessDenied } from '../../local/aws-error.ts';
import { type Endpoint, openEndpoint } from '../../local/endpoint.ts';
import { clientConfig } from './clients.ts';

const seen: AwsRequest[] = [];
const failures: unknown[] = [];
let endpoint: Endpoint;

beforeAll(async () => {
  const remember = async (request: AwsRequest) => {
    seen.push(request);
    return { status: 200, body: '{"TableNames":["a"]}' };
  };
  const refusing = async () => ({ status: 500 });
  endpoint = await openEndpoint(0, {
    emulators: {
      dynamodb: remember,
      s3: refusing,
      sns: refusing,
      ses: refusing,
      sqs: () => Promise.reject(new Error('out of order')),
    },
    localRoutes: {
      '/_local/calls': async () => ({ status: 200, body: 'calls' }),
      '/_local/calls/deep': remember,
    },
    authorize: (request) =>
      request.principal === 'FN-Bad' ? accessDenied(request.service, 'no & never') : undefined,
    onFailure: (_request, cause) => failures.push(cause),
  });
});

beforeEach(() => {
  seen.length = 0;
  failures.length = 0;
});

afterAll(() => endpoint.close());

test('service and principal come from the signature', async () => {
  const client = new DynamoDBClient(clientConfig(endpoint.url, 'FN-Send'));
  const answer = await client.send(new ListTablesCommand({}));
  expect(answer.TableNames).toEqual(['a']);
  expect(seen).toMatchObject([{ service: 'dynamodb', principal: 'FN-Send', method: 'POST' }]);
  expect(seen[0]?.headers['x-amz-target']).toBe('DynamoDB_20120810.ListTables');
  client.destroy();
});

test('each service refuses in its own shape, which its client understands', async () => {
  const config = clientConfig(endpoint.url, 'FN-Bad');
  const { send: dynamodb } = bound(new DynamoDBClient(config));
  await expect(dynamodb(new ListTablesCommand({}))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: 'no & never',
  });
  const { send: ses } = bound(new SESv2Client(config));
  await expect(ses(new GetAccountCommand({}))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: 'no & never',
    $metadata: { httpStatusCode: 403 },
  });
  const { send: s3 } = bound(new S3Client(config));
  await expect(s3(new ListBucketsCommand({}))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: 'no & never',
    $metadata: { httpStatusCode: 403 },
  });
  const { send: sns } = bound(new SNSClient(config));
  await expect(sns(new PublishCommand({ Message: 'x' }))).rejects.toMatchObject({
    message: 'no & never',
    $metadata: { httpStatusCode: 403 },
  });
});

test('what an emulator throws is an InternalFailure and is reported', async () => {
  const client = new SQSClient(clientConfig(endpoint.url));
  await expect(client.send(new ListQueuesCommand({}))).rejects.toThrow('out of order');
  expect(failures).toHaveLength(1);
  client.destroy();
});

test('an unknown service is named, with the known ones', async () => {
  const answer = await ask('/', { authorization: signatureOf('glacier') });
  expect(answer.status).toBe(501);
  expect(answer.text).toContain('service glacier does not exist in the box, known are: dynamodb');
});

test('an unsigned request is refused, except to the local routes', async () => {
  expect((await ask('/', {})).status).toBe(403);
  expect(await ask('/_local/calls?x=1', {})).toMatchObject({ status: 200, text: 'calls' });
});

test('the longest local route wins, and an unknown one lists the known', async () => {
  await ask('/_local/calls/deep/er', {});
  expect(seen).toMatchObject([{ url: '/_local/calls/deep/er' }]);
  const unknown = await ask('/_local/callsign', {});
  expect(unknown.status).toBe(404);
  expect(unknown.text).toContain('/_local/calls, /_local/calls/deep');
});

test('a presigned address names service and principal too', async () => {
  const query = 'X-Amz-Credential=FN-Send%2F20260101%2Fus-east-1%2Fdynamodb%2Faws4_request';
  await ask(`/?${query}`, {});
  expect(seen).toMatchObject([{ service: 'dynamodb', principal: 'FN-Send' }]);
});

test('a name that is not this machine is refused: a page cannot rebind its own', async () => {
  const answer = await raw(`GET /_local/calls HTTP/1.1\r\nHost: evil.example:${endpoint.port}\r\n`);
  expect(answer).toContain('403 Forbidden');
  expect(answer).toContain('host evil.example');
});

test('a page of another site is refused, one of this machine is not', async () => {
  expect((await ask('/_local/calls', { origin: 'https://evil.example' })).status).toBe(403);
  expect((await ask('/_local/calls', { origin: 'http://localhost:3000' })).status).toBe(200);
});

test('a body beyond the limit is refused whole', async () => {
  const answer = await fetch(endpoint.url, {
    method: 'POST',
    body: Buffer.alloc(64 * 1024 * 1024 + 1),
    headers: { authorization: signatureOf('dynamodb') },
  });
  expect(answer.status).toBe(413);
  expect(seen).toEqual([]);
});

test('a port that is taken is an error that says so', async () => {
  const options = {
    emulators: {},
    localRoutes: {},
    authorize: () => undefined,
    onFailure: () => {},
  };
  await expect(openEndpoint(endpoint.port, options)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

function signatureOf(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=owner/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}

function bound<Sender extends { send(command: never): Promise<unknown> }>(
  client: Sender,
): { readonly send: Sender['send'] } {
  return { send: client.send.bind(client) };
}

async function ask(
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${endpoint.url}${path}`, { headers });
  return { status: answer.status, text: await answer.text() };
}

/** fetch does not let a caller choose the Host header, a socket does. */
function raw(head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(endpoint.port, '127.0.0.1', () => {
      socket.write(`${head}Connection: close\r\n\r\n`);
    });
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}
