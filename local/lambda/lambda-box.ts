import * as z from 'zod';
import type { Emulator, Json, LocalClock, Place, Resource, ResourceProviders } from '../aws.ts';
import { lambdaRetryDelaysMs } from './async-invocations.ts';
import type { LambdaFunction } from './function-definition.ts';
import { createFunctions, type OnRun } from './functions.ts';
import type { InvocationOutcome } from './invocation-outcome.ts';
import { createLambdaApi } from './lambda-api.ts';
import { createMappings } from './mappings.ts';
import { asyncPayloadBytesMax, syncPayloadBytesMax } from './payload-limits.ts';
import { createQueueClient } from './queue-client.ts';
import { acceptedUnread, readProperties } from './resource-properties.ts';

export type LambdaBoxOptions = {
  /** Asked for when a function first runs, so that the endpoint may open its port later. */
  readonly endpointUrl: () => string;
  readonly place: Place;
  readonly clock: LocalClock;
  readonly sqs: Emulator;
  /** Name server that functions ask, `host:port`; without one they ask nobody. */
  readonly nameServer?: string;
  readonly onLog: (functionName: string, line: string) => void;
  /** Told of every invocation that a function gets. */
  readonly onInvoked?: (functionName: string) => void;
  /** Told of every invocation when it has ended. */
  readonly onRun?: OnRun;
  /** @default Lambda's own: one minute, then two. */
  readonly asyncRetryDelaysMs?: readonly number[];
};

export type InvokeResult = {
  readonly payload?: Json;
  readonly error?: { readonly type: string; readonly message: string };
};

export type LambdaBox = {
  readonly providers: ResourceProviders;
  /** Service `lambda`, REST. */
  readonly handle: Emulator;
  /** Runs a function and waits for its answer. */
  readonly invoke: (functionNameOrArn: string, payload: Json) => Promise<InvokeResult>;
  /**
   * Accepts an event as Lambda's asynchronous invocation does, retries and destinations included;
   * an error means it was not accepted. What EventBridge and SNS do to a function.
   */
  readonly invokeAsync: (functionNameOrArn: string, payload: Json) => Promise<InvokeResult>;
  /** Invocations running or waiting for an environment. */
  readonly inFlight: () => number;
  /** Begins to poll the queues. */
  readonly start: () => void;
  /** Stops polling and ends every worker process. */
  readonly close: () => Promise<void>;
};

/**
 * Runs the Lambda functions of a template as real bundles in worker processes, feeds them from SQS
 * queues, and answers the Lambda API.
 *
 * Permissions are checked for form and not enforced: whoever can reach the box may invoke.
 */
export function createLambdaBox(options: LambdaBoxOptions): LambdaBox {
  const { place, clock, onLog } = options;
  const queue = createQueueClient(options);
  const retryDelaysMs = options.asyncRetryDelaysMs ?? lambdaRetryDelaysMs;
  const functions = createFunctions({
    place,
    queue,
    onLog,
    retryDelaysMs,
    endpointUrl: options.endpointUrl,
    nameServer: options.nameServer,
    onInvoked: options.onInvoked ?? (() => undefined),
    onRun: options.onRun ?? (() => undefined),
  });
  const mappings = createMappings({ functions, queue, clock, onLog });

  const checked = async (
    nameOrArn: string,
    payload: Json,
    run: (definition: LambdaFunction, text: string) => Promise<InvokeResult>,
    bytesMax: number,
  ): Promise<InvokeResult> => {
    const definition = functions.find(nameOrArn);
    if (definition === undefined) {
      return refused('ResourceNotFoundException', `Function not found: ${nameOrArn}`);
    }
    const text = JSON.stringify(payload);
    const bytes = Buffer.byteLength(text);
    if (bytes <= bytesMax) return run(definition, text);
    return refused('RequestTooLargeException', `payload got ${bytes} bytes, allowed ${bytesMax}`);
  };
  return {
    providers: {
      'AWS::Lambda::Function': functions.create,
      'AWS::Lambda::EventSourceMapping': mappings.create,
      'AWS::Lambda::EventInvokeConfig': functions.configureEvents,
      'AWS::Lambda::Permission': (resource) => {
        checkPermission(resource, (name) => functions.find(name) !== undefined);
        return { ref: resource.logicalId, attributes: { Id: resource.logicalId } };
      },
    },
    handle: createLambdaApi({ functions, mappings }),
    invoke: (nameOrArn, payload) => {
      const run = async (definition: LambdaFunction, text: string) =>
        resultOf(await functions.invoke(definition, text));
      return checked(nameOrArn, payload, run, syncPayloadBytesMax);
    },
    invokeAsync: (nameOrArn, payload) => {
      const run = async (definition: LambdaFunction, text: string) => {
        functions.accept(definition, text);
        return {};
      };
      return checked(nameOrArn, payload, run, asyncPayloadBytesMax);
    },
    inFlight: functions.inFlight,
    start: mappings.start,
    close: async () => {
      mappings.close();
      await functions.close();
    },
  };
}

const permissionProperties = z.strictObject({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
  PrincipalOrgID: acceptedUnread,
});

function checkPermission(resource: Resource, exists: (name: string) => boolean): void {
  const { FunctionName } = readProperties(permissionProperties, resource);
  if (exists(FunctionName)) return;
  throw new Error(
    `${resource.type} ${resource.logicalId}: function got ${FunctionName}, which does not exist`,
  );
}

function resultOf(outcome: InvocationOutcome): InvokeResult {
  if (outcome.status === 'succeeded') return { payload: JSON.parse(outcome.payload) };
  if (outcome.status === 'throttled') return refused('TooManyRequestsException', 'Rate Exceeded.');
  const { type, message } = outcome.error;
  return { error: { type, message } };
}

function refused(type: string, message: string): InvokeResult {
  return { error: { type, message } };
}
