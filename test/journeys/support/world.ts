import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { inject } from 'vitest';
import { localTarget } from '../../../adapters/clients.ts';
import { readQueueUrl } from '../../../adapters/intake.ts';
import { addTenant } from '../../../adapters/tenant-directory.ts';
import { type Client, createClient } from '../../../client/client.ts';
import { type Names, namesOf } from '../../../contract/names.ts';
import { localPlace } from '../../../local/aws.ts';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { type Backend, createBackend } from '../../../operator/actions/backend.ts';
import type { StackName } from './configs.ts';
import { writeRecord } from './records.ts';
import { assemblyFolder } from './synthesize.ts';

/** A deployment that runs, as the journeys' people and apps meet it. */
export type World = {
  readonly runtime: Runtime;
  readonly endpoint: string;
  readonly names: Names;
  /** The operator's way in. */
  readonly backend: Backend;
  /** An app's way in, in TypeScript. */
  readonly client: Client;
  /** Puts bodies into a stream's queue as any app would, and returns SQS's message ids. */
  readonly enqueue: (
    bodies: readonly (string | object)[],
    stream?: string,
  ) => Promise<readonly string[]>;
  /** Every line that a function wrote to its log. */
  readonly logs: readonly string[];
  /** Ends it, and leaves for the least-privilege test what its functions did. */
  readonly close: () => Promise<void>;
};

export type WorldOptions = {
  /** Name of the journey, one a file. */
  readonly journey: string;
  readonly stack: StackName;
};

/** On a busy machine the SDK's patience with a new connection ends where hundreds are made at once. */
const togetherMax = 25;

/** Boots one of the four deployments on its own emulators, from bundles that all journeys share. */
export async function openWorld({ journey, stack }: WorldOptions): Promise<World> {
  const logs: string[] = [];
  const runtime = await startRuntime({
    assemblyDir: assemblyFolder(inject('journeys')),
    stackName: stack,
    port: 0,
    seed: 1,
    onLog: (source, line) => logs.push(`${source}: ${line}`),
  });
  const endpoint = runtime.endpointUrl;
  const names = namesOf(stack);
  const backend = createBackend(localTarget(endpoint), stack);
  const client = createClient({ deployment: stack, endpoint });
  return {
    runtime,
    endpoint,
    names,
    backend,
    client,
    logs,
    enqueue: async (bodies, stream = 'transactional') => {
      const QueueUrl = await readQueueUrl(backend.sqs, names.intakeQueue(stream));
      const send = async (body: string | object) => {
        const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
        const sent = await backend.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
        return sent.MessageId ?? '';
      };
      const messageIds: string[] = [];
      for (let from = 0; from < bodies.length; from += togetherMax)
        messageIds.push(...(await Promise.all(bodies.slice(from, from + togetherMax).map(send))));
      return messageIds;
    },
    close: async () => {
      writeRecord(journey, { stack, calls: runtime.calls(), grants: runtime.grants(), logs });
      client.close();
      backend.close();
      await runtime.close();
    },
  };
}

/** Adds an account that sends, as `tenants add` does. */
export async function newTenant(
  { backend }: World,
  tenant: string,
  fromOwned: readonly string[] = ['sender.example'],
): Promise<string> {
  await addTenant(backend.tables.directory, { tenant, fromOwned }, Date.now());
  return tenant;
}

/** Returns an SQS message as Lambda hands it to a function when SQS delivers it once more. */
export function redelivery(messageId: string | undefined, body: object): object {
  return {
    messageId,
    receiptHandle: 'of a delivery by hand',
    body: JSON.stringify(body),
    attributes: { SentTimestamp: String(Date.now()), ApproximateReceiveCount: '2' },
    messageAttributes: {},
  };
}

/** Asks the local runtime what AWS has no call for. */
export async function askLocal(
  { endpoint }: World,
  path: string,
  change?: { readonly method: 'PUT' | 'POST' | 'DELETE'; readonly body?: object },
): Promise<unknown> {
  const answer = await fetch(`${endpoint}/_local${path}`, {
    method: change?.method ?? 'GET',
    ...(change?.body ? { body: JSON.stringify(change.body) } : {}),
  });
  if (!answer.ok) throw new Error(`/_local${path}: HTTP ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** Invokes a function and waits for its answer; returns the error's text where it failed. */
export async function invoke(
  { endpoint }: World,
  functionName: string,
  payload: object,
): Promise<string | undefined> {
  const path = `/2015-03-31/functions/${functionName}/invocations`;
  const answer = await fetch(`${endpoint}${path}`, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=OWNER/20260101/${localPlace.region}/lambda/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(payload),
  });
  const text = await answer.text();
  return answer.headers.has('x-amz-function-error') || !answer.ok ? text : undefined;
}
