import type { AwsResponse, Emulator, Json, JsonObject } from '../../aws.ts';
import { awsError } from '../../aws-error.ts';
import { objectOr, parseJson, stringAt } from '../../json-access.ts';
import type { Buses, Rule } from './buses.ts';
import { putEvents } from './put-events.ts';

type Operation = (input: Json, buses: Buses) => AwsResponse;

const operations: Readonly<Record<string, Operation>> = {
  PutEvents: (input, buses) => {
    try {
      return success(putEvents(input, buses));
    } catch (cause) {
      return failure('ValidationException', cause instanceof Error ? cause.message : String(cause));
    }
  },
  ListRules: (input, buses) => {
    const bus = busOf(input);
    const prefix = stringAt(objectOr(input), 'NamePrefix') ?? '';
    const listed = buses.rules.filter((rule) => rule.bus === bus && rule.name.startsWith(prefix));
    return success({ Rules: listed.map(ruleView) });
  },
  EnableRule: (input, buses) => switchRule(input, buses, true),
  DisableRule: (input, buses) => switchRule(input, buses, false),
};

/** Answers service `events`: PutEvents, ListRules, EnableRule, DisableRule. */
export function createEventsApi(buses: Buses): Emulator {
  return async (request) => {
    const name = (request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
    const operation = operations[name];
    if (operation !== undefined) {
      return operation(parseJson(request.body.toString()) ?? {}, buses);
    }
    const known = Object.keys(operations).join(', ');
    return failure(
      'UnknownOperationException',
      `the local runtime does not support ${name} of EventBridge, it supports ${known}`,
    );
  };
}

function switchRule(input: Json, buses: Buses, enabled: boolean): AwsResponse {
  const name = stringAt(objectOr(input), 'Name');
  const bus = busOf(input);
  const rule = buses.rules.find((one) => one.bus === bus && one.name === name);
  if (rule === undefined) {
    return failure('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);
  }
  rule.enabled = enabled;
  return success({});
}

function busOf(input: Json): string {
  return stringAt(objectOr(input), 'EventBusName')?.split('/').at(-1) ?? 'default';
}

function ruleView(rule: Rule): JsonObject {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventBusName: rule.bus,
    State: rule.enabled ? 'ENABLED' : 'DISABLED',
    ...(rule.pattern !== undefined && { EventPattern: JSON.stringify(rule.pattern) }),
    ...(rule.scheduleExpression !== undefined && { ScheduleExpression: rule.scheduleExpression }),
  };
}

function success(body: JsonObject): AwsResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(body),
  };
}

function failure(code: string, message: string): AwsResponse {
  return awsError('events', { status: 400, code, message });
}
