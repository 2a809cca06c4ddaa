import type { EventType } from '@aws-sdk/client-sesv2';
import type { SesContext } from '../context.ts';
import { refuse } from '../errors.ts';
import type { InputOf } from '../model/operation-contract.ts';
import { quotas } from '../quotas.ts';

/** An event destination in the API's words. */
export type Definition = InputOf<'CreateConfigurationSetEventDestination'>['EventDestination'];

/** Where a configuration set sends its events; exactly one sink. */
export type EventDestination = {
  readonly name: string;
  readonly enabled: boolean;
  readonly types: readonly EventType[];
  readonly definition: Definition;
};

const sinks = [
  'SnsDestination',
  'EventBridgeDestination',
  'KinesisFirehoseDestination',
  'CloudWatchDestination',
  'PinpointDestination',
] as const;

const namePattern = /^[A-Za-z0-9_-]+$/;
const nameLengthMax = 64;
const topicArn = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:([A-Za-z0-9_-]{1,256}(\.fifo)?)$/;
const dimensionName = /^(ses:[a-z-]{1,251}|[A-Za-z0-9_-]{1,255})$/;
const dimensionValue = /^[A-Za-z0-9_@.-]{1,255}$/;

/** Checks a destination as SES does on creation and update, and returns it ready for matching. */
export function eventDestination(
  context: SesContext,
  name: string,
  definition: Definition,
): EventDestination {
  if (!namePattern.test(name)) {
    const rule = "only alphanumeric ASCII characters, '_', and '-' are allowed.";
    refuse('BadRequestException', `Invalid event destination name <${name}>: ${rule}`);
  }
  if (name.length > nameLengthMax) {
    refuse(
      'BadRequestException',
      `Event destination name cannot exceed ${nameLengthMax} characters.`,
    );
  }
  const types = definition.MatchingEventTypes ?? [];
  if (types.length === 0) {
    refuse('BadRequestException', 'At least one event type must be specified.');
  }
  const given = sinks.filter((sink) => definition[sink] !== undefined);
  if (given.length === 0) refuse('BadRequestException', 'Event destination is not provided.');
  if (given.length > 1) {
    refuse(
      'BadRequestException',
      'Please provide only one destination with each request. Either a Firehose Destination or a ' +
        'Cloudwatch Destination or an SNS Destination or an EventBridge Destination.',
    );
  }
  checkTopic(definition);
  checkBus(context, definition);
  checkDimensions(definition);
  return { name, enabled: definition.Enabled ?? false, types, definition };
}

function checkTopic({ SnsDestination: sns }: Definition): void {
  if (sns === undefined) return;
  const match = topicArn.exec(sns.TopicArn);
  if (match === null) refuse('BadRequestException', `Invalid SNS topic <${sns.TopicArn}>.`);
  // CDK synthesizes FIFO topics without complaint; the deployment then fails at SES.
  if (match[2] !== undefined) {
    refuse(
      'BadRequestException',
      `SNS topic <${sns.TopicArn}> is a FIFO topic, which is not supported.`,
    );
  }
}

function checkBus(context: SesContext, { EventBridgeDestination: bridge }: Definition): void {
  if (bridge === undefined) return;
  const { partition, region, accountId } = context.place;
  const bus = `arn:${partition}:events:${region}:${accountId}:event-bus/default`;
  if (bridge.EventBusArn === bus) return;
  const text = `EventBridge bus <${bridge.EventBusArn}> is not the default bus <${bus}>.`;
  refuse('BadRequestException', text);
}

function checkDimensions({ CloudWatchDestination: watch }: Definition): void {
  if (watch === undefined) return;
  const dimensions = watch.DimensionConfigurations;
  if (dimensions.length === 0) {
    refuse(
      'BadRequestException',
      'CloudWatch metrics dimension configuration list cannot be empty.',
    );
  }
  if (dimensions.length > quotas.cloudWatchDimensions) {
    const limit = `at most ${quotas.cloudWatchDimensions} CloudWatch dimensions`;
    refuse('LimitExceededException', `Too many dimensions: ${dimensions.length}, ${limit}.`);
  }
  for (const dimension of dimensions) {
    if (!dimensionName.test(dimension.DimensionName)) {
      refuse('BadRequestException', `Invalid dimension name <${dimension.DimensionName}>.`);
    }
    // The source is only read here: without CloudWatch nothing looks the value up.
    if (dimension.DimensionValueSource.length === 0) {
      refuse('BadRequestException', 'DimensionValueSource is empty.');
    }
    if (!dimensionValue.test(dimension.DefaultDimensionValue)) {
      const value = dimension.DefaultDimensionValue;
      refuse('BadRequestException', `Invalid default dimension value <${value}>.`);
    }
  }
}
