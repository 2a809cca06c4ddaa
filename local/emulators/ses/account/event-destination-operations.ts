import type { SesContext } from '../context.ts';
import { refuse } from '../errors.ts';
import type { OutputOf } from '../model/operation-contract.ts';
import type { OperationsOf } from '../model/operations-of.ts';
import { quotas } from '../quotas.ts';
import { type ConfigurationSet, existingSet } from './configuration-set.ts';
import { type EventDestination, eventDestination } from './event-destination.ts';

type Names =
  | 'CreateConfigurationSetEventDestination'
  | 'GetConfigurationSetEventDestinations'
  | 'UpdateConfigurationSetEventDestination'
  | 'DeleteConfigurationSetEventDestination';

type Described = NonNullable<
  OutputOf<'GetConfigurationSetEventDestinations'>['EventDestinations']
>[number];

/** The event destinations of a configuration set. */
export const eventDestinationOperations: OperationsOf<Names> = {
  CreateConfigurationSetEventDestination: (context, input) => {
    const set = existingSet(context, input.ConfigurationSetName);
    const name = input.EventDestinationName;
    if (set.destinations.has(name)) {
      const text = `An event destination with name <${name}> already exists for configuration set`;
      refuse('AlreadyExistsException', `${text} <${set.name}>.`);
    }
    if (set.destinations.size >= quotas.eventDestinationsPerSet) {
      const limit = `at most ${quotas.eventDestinationsPerSet} event destinations`;
      refuse('LimitExceededException', `Configuration set <${set.name}> can have ${limit}.`);
    }
    const destination = eventDestination(context, name, input.EventDestination);
    set.destinations.set(name, destination);
    announce(context, destination);
    return {};
  },
  GetConfigurationSetEventDestinations: (context, input) => {
    const set = existingSet(context, input.ConfigurationSetName);
    return { EventDestinations: [...set.destinations.values()].map(describe) };
  },
  UpdateConfigurationSetEventDestination: (context, input) => {
    const set = existingSet(context, input.ConfigurationSetName);
    const { name } = existingDestination(set, input.EventDestinationName);
    const destination = eventDestination(context, name, input.EventDestination);
    set.destinations.set(name, destination);
    announce(context, destination);
    return {};
  },
  DeleteConfigurationSetEventDestination: (context, input) => {
    const set = existingSet(context, input.ConfigurationSetName);
    set.destinations.delete(existingDestination(set, input.EventDestinationName).name);
    return {};
  },
};

/**
 * What SES publishes when a topic becomes a destination. It is no JSON, a trap for consumers that
 * parse every message, so the local run sets it too.
 */
const topicValidation = 'Successfully validated SNS topic for Amazon SES event publishing.';

function announce(context: SesContext, { definition }: EventDestination): void {
  const topicArn = definition.SnsDestination?.TopicArn;
  if (topicArn !== undefined) context.schedule.enqueue(topicArn, topicValidation);
}

function existingDestination(set: ConfigurationSet, name: string): EventDestination {
  const text = `An event destination with name <${name}> does not exist for configuration set`;
  return set.destinations.get(name) ?? refuse('NotFoundException', `${text} <${set.name}>.`);
}

function describe({ name, enabled, types, definition }: EventDestination): Described {
  return {
    Name: name,
    Enabled: enabled,
    MatchingEventTypes: types,
    KinesisFirehoseDestination: definition.KinesisFirehoseDestination,
    CloudWatchDestination: definition.CloudWatchDestination,
    SnsDestination: definition.SnsDestination,
    EventBridgeDestination: definition.EventBridgeDestination,
    PinpointDestination: definition.PinpointDestination,
  };
}
