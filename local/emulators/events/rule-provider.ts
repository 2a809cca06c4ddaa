import * as z from 'zod';
import type { JsonObject, Physical, Place, Resource } from '../../aws.ts';
import { isObject } from '../../json-access.ts';
import { acceptedUnread, readProperties } from '../../lambda/resource-properties.ts';
import type { Buses, Rule, RuleTarget } from './buses.ts';
import { compilePattern } from './event-pattern.ts';
import { compileSchedule } from './schedule-expression.ts';
import { compileInput, targetInputShape } from './target-input.ts';
import { type TargetHands, targetDelivery } from './targets.ts';
import type { Timetable } from './timetable.ts';

const targetProperties = z.strictObject({
  ...targetInputShape,
  Id: z.string(),
  Arn: z.string(),
  DeadLetterConfig: z.object({ Arn: z.string() }).optional(),
  SqsParameters: z.strictObject({ MessageGroupId: z.string() }).optional(),
  RoleArn: acceptedUnread,
  RetryPolicy: acceptedUnread,
});

const ruleProperties = z.strictObject({
  Name: z.string().optional(),
  EventBusName: z.string().default('default'),
  EventPattern: z.union([z.string(), z.record(z.string(), z.json())]).optional(),
  ScheduleExpression: z.string().optional(),
  State: z
    .enum(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'])
    .default('ENABLED'),
  Targets: z.array(targetProperties).default([]),
  Description: acceptedUnread,
  RoleArn: acceptedUnread,
  Tags: acceptedUnread,
});

type RuleContext = {
  readonly place: Place;
  readonly buses: Buses;
  readonly timetable: Timetable;
  readonly hands: TargetHands;
};

/**
 * Creates an `AWS::Events::Rule`, with a pattern, a schedule, or both.
 *
 * @throws Error naming the rule and what is wrong with its pattern, schedule or targets.
 */
export function createRule(resource: Resource, context: RuleContext): Physical {
  const properties = readProperties(ruleProperties, resource);
  const bus = properties.EventBusName.split('/').at(-1) ?? 'default';
  const name = properties.Name ?? resource.logicalId;
  const { partition, region, accountId } = context.place;
  const path = bus === 'default' ? name : `${bus}/${name}`;
  const arn = `arn:${partition}:events:${region}:${accountId}:rule/${path}`;
  try {
    const pattern = patternOf(properties.EventPattern);
    const rule: Rule = {
      name,
      arn,
      bus,
      pattern,
      matches: pattern === undefined ? () => false : compilePattern(pattern),
      targets: properties.Targets.map((target) => ruleTarget(target, context.hands)),
      scheduleExpression: properties.ScheduleExpression,
      enabled: properties.State !== 'DISABLED',
    };
    check(rule, context.buses);
    context.buses.addRule(rule);
    addToTimetable(rule, context);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${resource.type} ${resource.logicalId}: ${message}`, { cause });
  }
  return { ref: bus === 'default' ? name : `${bus}|${name}`, attributes: { Arn: arn } };
}

function check(rule: Rule, buses: Buses): void {
  if (!buses.hasBus(rule.bus)) {
    throw new Error(`event bus got ${rule.bus}, which does not exist: create it before the rule`);
  }
  if (rule.pattern === undefined && rule.scheduleExpression === undefined) {
    throw new Error('got neither EventPattern nor ScheduleExpression, allowed is one or both');
  }
  if (rule.scheduleExpression !== undefined && rule.bus !== 'default') {
    throw new Error(`ScheduleExpression got bus ${rule.bus}, allowed is the default bus only`);
  }
}

function addToTimetable(rule: Rule, { timetable, buses }: RuleContext): void {
  if (rule.scheduleExpression === undefined) return;
  if (rule.scheduleExpression.startsWith('at(')) {
    throw new Error(`schedule of a rule got ${rule.scheduleExpression}, allowed are rate and cron`);
  }
  timetable.add({
    kind: 'rule',
    name: rule.name,
    arn: rule.arn,
    expression: rule.scheduleExpression,
    next: compileSchedule(rule.scheduleExpression),
    isEnabled: () => rule.enabled,
    targets: rule.targets.map((target) => target.arn),
    fire: (dueMs) => buses.fireScheduled(rule, dueMs),
  });
}

function patternOf(given: z.output<typeof ruleProperties>['EventPattern']): JsonObject | undefined {
  if (typeof given !== 'string') return given;
  const parsed = JSON.parse(given);
  if (isObject(parsed)) return parsed;
  throw new Error(`EventPattern got ${given}, allowed is a JSON object`);
}

function ruleTarget(target: z.output<typeof targetProperties>, hands: TargetHands): RuleTarget {
  const deadLetterArn = target.DeadLetterConfig?.Arn;
  return {
    id: target.Id,
    arn: target.Arn,
    makeInput: compileInput(target),
    deliver: targetDelivery(target.Arn, hands, target.SqsParameters?.MessageGroupId),
    deadLetter:
      deadLetterArn === undefined ? undefined : (text) => hands.sendMessage(deadLetterArn, text),
  };
}
