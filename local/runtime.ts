import {
  type AwsRequest,
  type Emulator,
  type LocalClock,
  localPlace,
  type Physical,
  type Place,
} from './aws.ts';
import { type CustomResources, createCustomResources } from './cloudformation/custom-resources.ts';
import { stackIdOf } from './cloudformation/intrinsics.ts';
import { createStack } from './cloudformation/stack.ts';
import { type Assembly, loadAssembly } from './cloudformation/template.ts';
import type { QueueDepth } from './emulators/messaging/messaging.ts';
import { ownQueuePrefix } from './emulators/messaging/topic-to-function.ts';
import type { Endpoint } from './endpoint.ts';
import { type Authorizer, createAuthorizer, type RecordedCall } from './iam/authorizer.ts';
import type { Statement } from './iam/statement.ts';
import { createInventory, type Inventory } from './inventory.ts';
import { localIndex } from './local-index.ts';
import type { Meter } from './metering/meter.ts';
import type { Recorded } from './note.ts';
import { openAtFreePort } from './ports.ts';
import { createServices, type Services } from './services.ts';

export type RuntimeOptions = {
  /** A cloud assembly folder, such as `cdk.out`. */
  readonly assemblyDir: string;
  /** Which stack to run; needed when the assembly has several. */
  readonly stackName?: string;
  /** @default the first free one from 4566 on; 0 lets the system choose. */
  readonly port?: number;
  /** @default the system's. Visibility timeouts and delays of queues always follow the system's. */
  readonly clock?: LocalClock;
  /** Told of each line that a function, or the box about a service, writes. */
  readonly onLog?: (source: string, line: string) => void;
  readonly place?: Place;
  /** Values of template parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Seed of the SES emulator's dice. */
  readonly seed?: number;
  /** Counts what AWS would bill for; counting costs time, so that without one nothing is counted. */
  readonly meter?: Meter;
};

export type Runtime = {
  readonly endpointUrl: string;
  readonly port: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: Readonly<
    Record<string, { readonly type: string; readonly physical: Physical }>
  >;
  /** What the functions asked of AWS so far. */
  readonly calls: () => readonly RecordedCall[];
  /** Function name → what its role allows, to be compared with its calls. */
  readonly grants: () => Readonly<Record<string, readonly Statement[]>>;
  readonly queueDepths: () => Promise<readonly QueueDepth[]>;
  /** Puts items in DynamoDB's JSON into a table, unchecked, for tests of what a full table does. */
  readonly fillTable: Services['fillTable'];
  /**
   * Returns whether nothing is under way: no message waits for a function, none runs, and SES has
   * no event to come. Queues that feed no function, such as dead-letter queues, may hold messages.
   */
  readonly idle: () => Promise<boolean>;
  /** As `idle`, but messages that are hidden or delayed in a function's queue do not count. */
  readonly quiet: () => Promise<boolean>;
  /** What the template asks for and the box accepts without acting on it. */
  readonly recorded: readonly Recorded[];
  readonly close: () => Promise<void>;
};

type Box = {
  readonly assembly: Assembly;
  readonly place: Place;
  readonly inventory: Inventory;
  readonly services: Services;
  readonly authorizer: Authorizer;
  readonly custom: CustomResources;
  readonly endpoint: Endpoint;
};

/**
 * Runs the stack of a cloud assembly on this machine: its resources on embedded emulators behind
 * one endpoint, its functions as processes whose calls are judged by their roles.
 * @throws one sentence that names the resource, when the box cannot run the template.
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const box = await openBox(options);
  const { inventory, services, authorizer, endpoint } = box;
  try {
    const outputs = await createStack({
      assembly: box.assembly,
      place: box.place,
      providers: services.providers,
      custom: box.custom.create,
      parameters: options.parameters ?? {},
      note: inventory.note,
      onCreated: (resource) => {
        inventory.add(resource);
        authorizer.reconsider();
      },
    });
    // A policy that the box cannot judge stops the start, not the first call.
    inventory.grants();
    services.start();
    return {
      endpointUrl: endpoint.url,
      port: endpoint.port,
      outputs,
      resources: inventory.resources(),
      calls: authorizer.calls,
      grants: () =>
        Object.fromEntries(
          [...inventory.grants()].map(([name, { statements }]) => [name, statements]),
        ),
      queueDepths: () => queueDepths(services),
      fillTable: services.fillTable,
      idle: () =>
        rests(box, ({ visible, inFlight, delayed }) => visible + inFlight + delayed === 0),
      quiet: () => rests(box, ({ visible }) => visible === 0),
      recorded: inventory.recorded,
      close: () => closeBox(box),
    };
  } catch (cause) {
    await closeBox(box);
    throw cause;
  }
}

/** Opens the endpoint on emulators without resources. */
async function openBox(options: RuntimeOptions): Promise<Box> {
  const place = options.place ?? localPlace;
  const onLog = options.onLog ?? (() => {});
  const assembly = loadAssembly(options.assemblyDir, options.stackName);
  const inventory = createInventory();
  let url: string | undefined;
  const endpointUrl = (): string => {
    if (url === undefined) throw new Error('the endpoint is asked for before it is open');
    return url;
  };
  const services = await createServices({
    place,
    endpointUrl,
    onLog,
    clock: options.clock ?? Date.now,
    note: inventory.note,
    seed: options.seed,
    meter: options.meter,
  });
  const authorizer = createAuthorizer({
    place,
    identityFor: services.ses.identityFor,
    secretArn: inventory.secretArn,
    grants: inventory.grants,
  });
  const custom = createCustomResources({
    invoke: services.lambda.invoke,
    endpointUrl,
    stackId: stackIdOf(place, assembly.stackName),
  });
  try {
    const endpoint = await openAtFreePort(options.port, {
      emulators: services.emulators,
      localRoutes: {
        ...services.localRoutes,
        '/_local': localIndex,
        '/_local/calls': answering(async () => authorizer.calls()),
        '/_local/queues': answering(() => queueDepths(services)),
        '/_local/cloudformation': custom.local,
      },
      authorize: authorizer.authorize,
      onFailure: (request, cause) => onLog('box', failureLine(request, cause)),
    });
    url = endpoint.url;
    return { assembly, place, inventory, services, authorizer, custom, endpoint };
  } catch (cause) {
    await services.close();
    throw cause;
  }
}

async function closeBox({ services, endpoint }: Box): Promise<void> {
  await services.close();
  await endpoint.close();
}

/** The box's own queues are no part of the stack. */
async function queueDepths(services: Services): Promise<readonly QueueDepth[]> {
  const all = await services.messaging.queueDepths();
  return all.filter(({ name }) => !name.startsWith(ownQueuePrefix));
}

async function rests(
  { services, inventory }: Box,
  isAtRest: (depth: QueueDepth) => boolean,
): Promise<boolean> {
  if (services.lambda.inFlight() > 0 || services.ses.pendingEvents() > 0) return false;
  const depths = await services.messaging.queueDepths();
  const isQuiet = depths
    .filter(({ name }) => name.startsWith(ownQueuePrefix) || inventory.feedsFunction(name))
    .every(isAtRest);
  return isQuiet && services.lambda.inFlight() === 0 && services.ses.pendingEvents() === 0;
}

function answering(look: () => Promise<unknown>): Emulator {
  return async () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(await look()),
  });
}

function failureLine(request: AwsRequest, cause: unknown): string {
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  const operation = request.headers['x-amz-target'] ?? `${request.method} ${request.url}`;
  return `${request.service} ${operation} by ${request.principal} failed: ${text}`;
}
