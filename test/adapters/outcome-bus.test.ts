/** EventBridge answers entry by entry: what it refuses is put again, what it took is not. */
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import { describeFailure } from '../../adapters/failure.ts';
import { publishOutcomes, publishRejected } from '../../adapters/outcome-bus.ts';
import { type OutcomeEvent, outcomeEvent } from '../../contract/outcome-event.ts';
import { judgeStoreFailure } from '../../domain/store-failures.ts';

const events = new EventBridgeClient({
  region: 'us-east-1',
  credentials: { accessKeyId: 'T', secretAccessKey: 'T' },
});
const bus = { events, name: 'test-events' };
let calls: (readonly string[])[] = [];
/** Which of the entries a call refuses, by event id. */
let refuses: (eventId: string, call: number) => boolean = () => false;
let sent: z.output<typeof putEvents>['Entries'] = [];

const putEvents = z.object({
  Entries: z.array(z.object({ Source: z.string(), DetailType: z.string(), Detail: z.string() })),
});

events.middlewareStack.add(
  () => async (args) => {
    const { Entries } = putEvents.parse(args.input);
    const ids = Entries.map(({ Detail }) => String(JSON.parse(Detail).eventId));
    calls.push(ids);
    sent.push(...Entries);
    const answers = ids.map((id) =>
      refuses(id, calls.length) ? { ErrorCode: 'ThrottlingException' } : { EventId: `e-${id}` },
    );
    return { response: {}, output: { Entries: answers, $metadata: {} } };
  },
  { step: 'initialize', priority: 'low' },
);

afterEach(() => {
  calls = [];
  sent = [];
  refuses = () => false;
});

function outcome(eventId: string): OutcomeEvent {
  const at = '2026-03-01T09:00:00.000Z';
  return { version: 1, eventId, outcome: 'delivered', at, stream: 's', messageId: 'm' };
}

test('ten go in a call', async () => {
  const all = Array.from({ length: 23 }, (_, index) => outcome(`o${index}`));
  expect((await publishOutcomes(bus, all)).size).toBe(0);
  expect(calls.map(({ length }) => length)).toEqual([10, 10, 3]);
  expect(sent[0]).toMatchObject({ Source: 'goodstanding', DetailType: 'Mail Outcome' });
});

test('only what was refused is put again', async () => {
  refuses = (id, call) => id === 'b' && call === 1;
  expect((await publishOutcomes(bus, [outcome('a'), outcome('b')])).size).toBe(0);
  expect(calls).toEqual([['a', 'b'], ['b']]);
});

test('what stays refused is returned, so that what it came from is done again', async () => {
  refuses = (id) => id === 'b';
  const [a, b] = [outcome('a'), outcome('b')];
  expect([...(await publishOutcomes(bus, [a, b]))]).toEqual([b]);
  expect(calls).toEqual([['a', 'b'], ['b'], ['b'], ['b']]);
});

test('a rejection that stays refused waits as a busy bus does, and calls nobody', async () => {
  refuses = () => true;
  const rejected = { stream: 's', messageId: 'm', queueMessageId: 'q', reason: 'r', detail: 'd' };
  const error: unknown = await publishRejected(bus, [rejected], 1).catch((one: unknown) => one);
  expect(String(error)).toMatch('refused 1 events');
  expect(judgeStoreFailure(describeFailure(error))).toBe('busy');
});

test('a rejection keeps the fields it always had, and is an outcome event besides', async () => {
  const rejected = {
    stream: 's',
    messageId: 'm',
    queueMessageId: 'q',
    reason: 'invalid-json',
    detail: 'no',
  };
  await publishRejected(bus, [rejected], Date.parse('2026-03-01T09:00:00Z'));
  expect(sent[0]?.DetailType).toBe('Send Request Rejected');
  const detail: unknown = JSON.parse(sent[0]?.Detail ?? '');
  expect(detail).toMatchObject(rejected);
  expect(outcomeEvent.parse(detail)).toMatchObject({
    outcome: 'rejected',
    eventId: 'm.rejected.q',
  });
});
