import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { JsonObject, Resource } from '../aws.ts';
import {
  acceptedUnread,
  booleanProperty,
  readProperties,
  wholeNumber,
} from './resource-properties.ts';

/** How a queue feeds a function; the settings UpdateEventSourceMapping may change. */
export type MappingSettings = {
  readonly enabled: boolean;
  /** Messages per invocation at most. */
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** Invocations of this mapping at the same time at most. */
  readonly concurrencyMax: number;
  readonly reportsItemFailures: boolean;
};

/** One `AWS::Lambda::EventSourceMapping`. */
export type MappingDefinition = {
  readonly uuid: string;
  readonly queueArn: string;
  /** Name or ARN, as the template has it. */
  readonly functionRef: string;
  readonly settings: MappingSettings;
  readonly warnings: readonly string[];
};

/** Lambda itself begins with five pollers. */
const concurrencyDefault = 5;

const settingsShape = {
  BatchSize: wholeNumber({ min: 1, max: 10_000 }).optional(),
  MaximumBatchingWindowInSeconds: wholeNumber({ min: 0, max: 300 }).optional(),
  Enabled: booleanProperty.optional(),
  ScalingConfig: z
    .strictObject({ MaximumConcurrency: wholeNumber({ min: 2, max: 1_000 }).optional() })
    .optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).optional(),
};

const mappingProperties = z.strictObject({
  ...settingsShape,
  EventSourceArn: z.string().regex(/^arn:[^:]+:sqs:/, 'only SQS queues feed functions here'),
  FunctionName: z.string(),
  ProvisionedPollerConfig: acceptedUnread,
  KmsKeyArn: acceptedUnread,
  MetricsConfig: acceptedUnread,
  Tags: acceptedUnread,
});

const updateBody = z.strictObject({ ...settingsShape, FunctionName: z.string().optional() });

/**
 * Reads one mapping resource. FilterCriteria and every source but SQS are refused.
 *
 * @throws Error naming the property, or when a batch of more than 10 has no window.
 */
export function defineMapping(resource: Resource): MappingDefinition {
  const properties = readProperties(mappingProperties, resource);
  const settings = applySettings(defaultSettings, properties);
  const problem = settingsProblem(settings);
  if (problem !== undefined) throw new Error(`${resource.type} ${resource.logicalId}: ${problem}`);
  return {
    uuid: randomUUID(),
    queueArn: properties.EventSourceArn,
    functionRef: properties.FunctionName,
    settings,
    warnings:
      properties.ProvisionedPollerConfig === undefined
        ? []
        : ['local runtime: ProvisionedPollerConfig has no effect: one poller serves a queue here'],
  };
}

/**
 * Reads the body of UpdateEventSourceMapping into new settings.
 *
 * @throws Error in the words of the answer to the caller.
 */
export function updateSettings(settings: MappingSettings, body: string): MappingSettings {
  const parsed = updateBody.safeParse(JSON.parse(body || '{}'));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  if (parsed.data.FunctionName !== undefined) {
    throw new Error(
      'FunctionName of a mapping cannot be changed in the local runtime: deploy anew',
    );
  }
  const updated = applySettings(settings, parsed.data);
  const problem = settingsProblem(updated);
  if (problem !== undefined) throw new Error(problem);
  return updated;
}

/** The answer of Get-, List- and UpdateEventSourceMapping. */
export function mappingView(options: {
  readonly definition: MappingDefinition;
  readonly settings: MappingSettings;
  readonly functionArn: string;
  readonly state: 'Enabled' | 'Disabling' | 'Disabled';
  readonly modifiedMs: number;
}): JsonObject {
  const { definition, settings } = options;
  return {
    UUID: definition.uuid,
    BatchSize: settings.batchSize,
    MaximumBatchingWindowInSeconds: settings.windowSeconds,
    EventSourceArn: definition.queueArn,
    FunctionArn: options.functionArn,
    LastModified: options.modifiedMs / 1_000,
    State: options.state,
    StateTransitionReason: 'USER_INITIATED',
    FunctionResponseTypes: settings.reportsItemFailures ? ['ReportBatchItemFailures'] : [],
    ScalingConfig: { MaximumConcurrency: settings.concurrencyMax },
  };
}

const defaultSettings: MappingSettings = {
  enabled: true,
  batchSize: 10,
  windowSeconds: 0,
  concurrencyMax: concurrencyDefault,
  reportsItemFailures: false,
};

type SettingsInput = z.output<z.ZodObject<typeof settingsShape>>;

function applySettings(settings: MappingSettings, input: SettingsInput): MappingSettings {
  const responseTypes = input.FunctionResponseTypes;
  return {
    enabled: input.Enabled ?? settings.enabled,
    batchSize: input.BatchSize ?? settings.batchSize,
    windowSeconds: input.MaximumBatchingWindowInSeconds ?? settings.windowSeconds,
    concurrencyMax: input.ScalingConfig?.MaximumConcurrency ?? settings.concurrencyMax,
    reportsItemFailures:
      responseTypes === undefined ? settings.reportsItemFailures : responseTypes.length > 0,
  };
}

function settingsProblem(settings: MappingSettings): string | undefined {
  if (settings.batchSize <= 10 || settings.windowSeconds >= 1) return undefined;
  return (
    `BatchSize got ${settings.batchSize} with a window of 0 s, allowed without a window is 10: ` +
    'set MaximumBatchingWindowInSeconds to at least 1'
  );
}
