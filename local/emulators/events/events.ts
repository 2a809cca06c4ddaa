import * as z from 'zod';
import type {
  Emulator,
  LocalClock,
  Physical,
  Place,
  Resource,
  ResourceProviders,
} from '../../aws.ts';
import { acceptedUnread, readProperties } from '../../lambda/resource-properties.ts';
import { type BusEvent, createBuses, type OnDelivered } from './buses.ts';
import { createEventLog } from './event-log.ts';
import { createEventsApi } from './events-api.ts';
import { createLocalRoutes } from './local-routes.ts';
import { createRule } from './rule-provider.ts';
import { createSchedule, createScheduleGroup } from './schedule-provider.ts';
import type { TargetHands } from './targets.ts';
import { createTimetable } from './timetable.ts';

export type EventsOptions = TargetHands & {
  readonly place: Place;
  readonly clock: LocalClock;
  /** Told of each delivery to a target of a rule. @default nobody is told */
  readonly onDelivered?: OnDelivered;
};

export type Events = {
  readonly providers: ResourceProviders;
  /** Service `events`. */
  readonly handle: Emulator;
  /** `/_local/schedules` and `/_local/events`. */
  readonly local: Emulator;
  /**
   * Puts the event of an AWS service (`aws.ses`), which PutEvents refuses to callers; answers the
   * event id.
   */
  readonly emit: (busName: string, event: BusEvent) => string;
  /** Begins to fire schedules. */
  readonly start: () => void;
  readonly close: () => void;
};

/**
 * EventBridge in memory: buses with rules, and the schedules of both EventBridge families, reaching
 * functions, queues and topics through the hands it is given. Bus policies are recorded by name and
 * not enforced.
 */
export function createEvents(options: EventsOptions): Events {
  const { place, clock } = options;
  const log = createEventLog();
  const { onDelivered = () => {} } = options;
  const buses = createBuses({ place, clock, log, onDelivered });
  const timetable = createTimetable(clock);
  const groups = new Set(['default']);
  return {
    providers: {
      'AWS::Events::EventBus': (resource) => {
        const physical = createBus(resource, place);
        buses.addBus(physical.ref);
        return physical;
      },
      'AWS::Events::EventBusPolicy': (resource) => createBusPolicy(resource, buses.hasBus),
      'AWS::Events::Rule': (resource) =>
        createRule(resource, { place, buses, timetable, hands: options }),
      'AWS::Scheduler::Schedule': (resource) =>
        createSchedule(resource, { place, clock, timetable, groups, hands: options }),
      'AWS::Scheduler::ScheduleGroup': (resource) =>
        createScheduleGroup(resource, { place, clock, groups }),
    },
    handle: createEventsApi(buses),
    local: createLocalRoutes({ timetable, log }),
    emit: buses.put,
    start: timetable.start,
    close: timetable.close,
  };
}

const busProperties = z.strictObject({
  Name: z.string(),
  DeadLetterConfig: z
    .undefined('a dead-letter queue of a whole bus is not supported in the local runtime')
    .optional(),
  Description: acceptedUnread,
  KmsKeyIdentifier: acceptedUnread,
  LogConfig: acceptedUnread,
  Policy: acceptedUnread,
  Tags: acceptedUnread,
});

function createBus(resource: Resource, place: Place): Physical {
  const { Name: name } = readProperties(busProperties, resource);
  const arn = `arn:${place.partition}:events:${place.region}:${place.accountId}:event-bus/${name}`;
  return { ref: name, attributes: { Name: name, Arn: arn } };
}

const busPolicyProperties = z.object({
  EventBusName: z.string().default('default'),
  StatementId: z.string(),
});

function createBusPolicy(resource: Resource, hasBus: (name: string) => boolean): Physical {
  const { EventBusName: bus, StatementId: id } = readProperties(busPolicyProperties, resource);
  if (hasBus(bus)) return { ref: id, attributes: {} };
  throw new Error(`${resource.type} ${resource.logicalId}: bus got ${bus}, which does not exist`);
}
