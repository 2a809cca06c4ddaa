import type { JsonObject, LocalClock, Physical, Resource } from '../aws.ts';
import {
  defineMapping,
  type MappingDefinition,
  type MappingSettings,
  mappingView,
  updateSettings,
} from './event-source-mapping.ts';
import type { LambdaFunction } from './function-definition.ts';
import type { Functions } from './functions.ts';
import type { QueueClient } from './queue-client.ts';
import { type Poller, startPoller } from './queue-poller.ts';

export type MappingsOptions = {
  readonly functions: Functions;
  readonly queue: QueueClient;
  readonly clock: LocalClock;
  readonly onLog: (functionName: string, line: string) => void;
};

/** The event source mappings of the box; answers are those of the Lambda API. */
export type Mappings = {
  readonly create: (resource: Resource) => Promise<Physical>;
  readonly list: () => readonly JsonObject[];
  readonly find: (uuid: string) => JsonObject | undefined;
  /** Undefined when there is no such mapping. @throws Error when the body asks for what is not allowed. */
  readonly update: (uuid: string, body: string) => JsonObject | undefined;
  readonly start: () => void;
  readonly close: () => void;
};

type BoxMapping = {
  readonly definition: MappingDefinition;
  readonly target: LambdaFunction;
  settings: MappingSettings;
  poller: Poller | undefined;
  modifiedMs: number;
};

/** Holds the mappings of the template and, once started, one poller for each. */
export function createMappings(options: MappingsOptions): Mappings {
  const byUuid = new Map<string, BoxMapping>();
  let started = false;

  const startOne = (mapping: BoxMapping) => {
    const { target } = mapping;
    mapping.poller ??= startPoller({
      queueArn: mapping.definition.queueArn,
      settings: () => mapping.settings,
      queue: options.queue,
      invoke: (payload) => options.functions.invoke(target, payload),
      onLog: (line) => options.onLog(target.name, line),
    });
  };
  return {
    create: async (resource) => {
      const definition = defineMapping(resource);
      const target = options.functions.find(definition.functionRef);
      const where = `${resource.type} ${resource.logicalId}`;
      if (target === undefined) {
        throw new Error(`${where}: function got ${definition.functionRef}, which does not exist`);
      }
      await checkVisibility(definition.queueArn, target, { where, queue: options.queue });
      for (const warning of definition.warnings) options.onLog(target.name, warning);
      const mapping = {
        definition,
        target,
        settings: definition.settings,
        poller: undefined,
        modifiedMs: options.clock(),
      };
      byUuid.set(definition.uuid, mapping);
      if (started) startOne(mapping);
      const arn = target.arn.replace(/:function:.*$/, `:event-source-mapping:${definition.uuid}`);
      return {
        ref: definition.uuid,
        attributes: { Id: definition.uuid, EventSourceMappingArn: arn },
      };
    },
    list: () => [...byUuid.values()].map(viewOf),
    find: (uuid) => {
      const mapping = byUuid.get(uuid);
      return mapping && viewOf(mapping);
    },
    update: (uuid, body) => {
      const mapping = byUuid.get(uuid);
      if (mapping === undefined) return undefined;
      mapping.settings = updateSettings(mapping.settings, body);
      mapping.modifiedMs = options.clock();
      mapping.poller?.wake();
      return viewOf(mapping);
    },
    start: () => {
      started = true;
      for (const mapping of byUuid.values()) startOne(mapping);
    },
    close: () => {
      for (const mapping of byUuid.values()) mapping.poller?.abandon();
    },
  };
}

function viewOf(mapping: BoxMapping): JsonObject {
  const { definition, settings, target, poller, modifiedMs } = mapping;
  const parked = poller?.isParked() ?? true;
  return mappingView({
    definition,
    settings,
    functionArn: target.arn,
    state: settings.enabled ? 'Enabled' : parked ? 'Disabled' : 'Disabling',
    modifiedMs,
  });
}

/** Lambda refuses a queue whose messages would come back while the function still works on them. */
async function checkVisibility(
  queueArn: string,
  target: LambdaFunction,
  context: { readonly where: string; readonly queue: QueueClient },
): Promise<void> {
  const seconds = await context.queue.visibilityTimeoutSeconds(queueArn);
  if (seconds >= target.timeoutSeconds) return;
  throw new Error(
    `${context.where}: visibility timeout of ${queueArn} got ${seconds} s, allowed is at least the ` +
      `function's Timeout of ${target.timeoutSeconds} s: six times that is what AWS advises`,
  );
}
