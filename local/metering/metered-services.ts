import type { AwsRequest, AwsResponse, Emulator } from '../aws.ts';
import type { Consumed } from '../emulators/dynamodb/capacity.ts';
import { jsonBody, jsonOperation } from '../iam/actions/action-mapping.ts';
import { functionPrincipalPrefix } from '../iam/authorizer.ts';
import { listOr, objectOr, parseJson, stringAt } from '../json-access.ts';
import type { Meter } from './meter.ts';
import { eventBytes, payloadsOf, queuePayloadBytes } from './payloads.ts';

/** Returns SQS with every request on the meter; a receive that finds nothing belongs to idle polling. */
export function meterQueues(sqs: Emulator, meter: Meter): Emulator {
  return async (request) => {
    const answer = await sqs(request);
    const operation = jsonOperation(request);
    const input = jsonBody(request);
    const isReceive = operation === 'ReceiveMessage';
    const carried = isReceive ? bodyOf(answer) : input;
    if (answer.status === 200 && !(isReceive && listOr(carried['Messages']).length === 0)) {
      const url = stringAt(input, 'QueueUrl') ?? '';
      meter.add(
        {
          by: callerOf(request),
          operation: `sqs:${operation}`,
          resource: url.slice(url.lastIndexOf('/') + 1),
        },
        { calls: 1, payloads: payloadsOf(queuePayloadBytes(carried)) },
      );
    }
    return answer;
  };
}

/** Returns EventBridge with every entry of PutEvents on the meter. */
export function meterEvents(events: Emulator, meter: Meter): Emulator {
  return async (request) => {
    const answer = await events(request);
    const entries = listOr(jsonBody(request)['Entries']).map(objectOr);
    const payloads = entries.reduce((sum, entry) => sum + payloadsOf(eventBytes(entry)), 0);
    if (answer.status === 200)
      meter.add(
        { by: callerOf(request), operation: `events:${jsonOperation(request)}`, resource: '' },
        { calls: 1, payloads },
      );
    return answer;
  };
}

/** Returns what a topic's publishers call, with every message on the meter. */
export function meterPublish(
  publish: (topicArn: string, messages: readonly string[]) => Promise<void>,
  meter: Meter,
): typeof publish {
  return async (topicArn, messages) => {
    const resource = topicArn.slice(topicArn.lastIndexOf(':') + 1);
    const payloads = messages.reduce(
      (sum, message) => sum + payloadsOf(Buffer.byteLength(message)),
      0,
    );
    meter.add({ by: '', operation: 'sns:Publish', resource }, { calls: messages.length, payloads });
    await publish(topicArn, messages);
  };
}

/** Returns who is told what a DynamoDB request took. */
export function meterTables(
  meter: Meter,
): (request: AwsRequest, operation: string, consumed: readonly Consumed[]) => void {
  return (request, operation, consumed) => {
    const by = callerOf(request);
    const row = `dynamodb:${operation}`;
    const [first, ...others] = consumed;
    // A request that reads or writes several tables is one call.
    meter.add({ by, operation: row, resource: first?.table ?? '' }, { ...first, calls: 1 });
    for (const one of others) meter.add({ by, operation: row, resource: one.table }, one);
  };
}

/** Returns a service of which nothing but the request is billed; REST has its method for a name. */
export function meterCalls(emulator: Emulator, meter: Meter): Emulator {
  return (request) => {
    const name = jsonOperation(request) || restOperation(request);
    const operation = `${request.service}:${name}`;
    meter.add({ by: callerOf(request), operation, resource: '' }, { calls: 1 });
    return emulator(request);
  };
}

/** S3 bills a list of objects as it bills a PUT, so that it has a name of its own. */
function restOperation({ service, method, url }: AwsRequest): string {
  return service === 's3' && method === 'GET' && url.includes('list-type=2') ? 'LIST' : method;
}

function callerOf({ principal }: AwsRequest): string {
  return principal.startsWith(functionPrincipalPrefix)
    ? principal.slice(functionPrincipalPrefix.length)
    : '';
}

function bodyOf(answer: AwsResponse) {
  return objectOr(parseJson((answer.body ?? '').toString()));
}
