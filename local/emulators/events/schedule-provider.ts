import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { LocalClock, Physical, Place, Resource } from '../../aws.ts';
import { acceptedUnread, readProperties } from '../../lambda/resource-properties.ts';
import { eventTime } from './event-time.ts';
import { compileSchedule } from './schedule-expression.ts';
import { type TargetHands, targetDelivery } from './targets.ts';
import type { Timetable } from './timetable.ts';

const utcNames = ['UTC', 'Etc/UTC', 'Etc/GMT', 'GMT', 'Etc/Universal', 'Etc/Zulu'];

const scheduleProperties = z.strictObject({
  Name: z.string().optional(),
  GroupName: z.string().default('default'),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z
    .enum(utcNames, 'only UTC is supported in the local runtime')
    .default('UTC'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target: z.strictObject({
    Arn: z.string(),
    Input: z.string().optional(),
    DeadLetterConfig: z.object({ Arn: z.string() }).optional(),
    RoleArn: acceptedUnread,
    RetryPolicy: acceptedUnread,
  }),
  // A flexible window may begin at once, and here it always does.
  FlexibleTimeWindow: acceptedUnread,
  Description: acceptedUnread,
  KmsKeyArn: acceptedUnread,
});

type ScheduleContext = {
  readonly place: Place;
  readonly clock: LocalClock;
  readonly timetable: Timetable;
  readonly groups: ReadonlySet<string>;
  readonly hands: TargetHands;
};

/**
 * Creates an `AWS::Scheduler::Schedule`. A failed delivery is not repeated; it goes to the target's
 * dead-letter queue at once.
 *
 * @throws Error naming the schedule and what is wrong with it.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html
 */
export function createSchedule(resource: Resource, context: ScheduleContext): Physical {
  const properties = readProperties(scheduleProperties, resource);
  const { Target: target, ScheduleExpression: expression, GroupName: group } = properties;
  const name = properties.Name ?? resource.logicalId;
  const arn = scheduleArn(context.place, 'schedule', `${group}/${name}`);
  const where = `${resource.type} ${resource.logicalId}`;
  if (!context.groups.has(group)) {
    throw new Error(`${where}: group got ${group}, which does not exist: create it before`);
  }
  try {
    const deliver = targetDelivery(target.Arn, context.hands);
    const deadLetterArn = target.DeadLetterConfig?.Arn;
    context.timetable.add({
      kind: 'schedule',
      name,
      arn,
      expression,
      next: compileSchedule(expression),
      isEnabled: () => properties.State === 'ENABLED',
      targets: [target.Arn],
      fire: async (dueMs) => {
        const text = inputText(target.Input, { arn, dueMs, place: context.place });
        try {
          await deliver(text);
        } catch (cause) {
          if (deadLetterArn !== undefined) await context.hands.sendMessage(deadLetterArn, text);
          throw cause;
        }
      },
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${where}: ${message}`, { cause });
  }
  return { ref: name, attributes: { Arn: arn } };
}

const groupProperties = z.strictObject({ Name: z.string().optional(), Tags: acceptedUnread });

/** Creates an `AWS::Scheduler::ScheduleGroup` in `groups`. */
export function createScheduleGroup(
  resource: Resource,
  context: {
    readonly place: Place;
    readonly clock: LocalClock;
    readonly groups: Set<string>;
  },
): Physical {
  const name = readProperties(groupProperties, resource).Name ?? resource.logicalId;
  context.groups.add(name);
  const created = eventTime(context.clock());
  return {
    ref: name,
    attributes: {
      Arn: scheduleArn(context.place, 'schedule-group', name),
      CreationDate: created,
      LastModificationDate: created,
      State: 'ACTIVE',
    },
  };
}

function scheduleArn(place: Place, kind: 'schedule' | 'schedule-group', path: string): string {
  return `arn:${place.partition}:scheduler:${place.region}:${place.accountId}:${kind}/${path}`;
}

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function inputText(
  input: string | undefined,
  firing: { readonly arn: string; readonly dueMs: number; readonly place: Place },
): string {
  const { arn, place } = firing;
  const time = eventTime(firing.dueMs);
  const id = randomUUID();
  if (input !== undefined) {
    return input
      .replaceAll('<aws.scheduler.schedule-arn>', arn)
      .replaceAll('<aws.scheduler.scheduled-time>', time)
      .replaceAll('<aws.scheduler.execution-id>', id)
      .replaceAll('<aws.scheduler.attempt-number>', '1');
  }
  return JSON.stringify({
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: place.accountId,
    time,
    region: place.region,
    resources: [arn],
    // A text, not an object: this is what the Scheduler sends.
    detail: '{}',
  });
}
