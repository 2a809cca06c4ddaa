/** What SES reports reaches the apps that want it: after it is recorded, at least once, under one id, without an address. */
import { beforeEach, expect, test } from 'vitest';
import type { EventItem } from '../../contract/items.ts';
import { type OutcomeEvent, outcomeEvent } from '../../contract/outcome-event.ts';
import { epochMs } from '../../domain/time.ts';
import { type FeedbackPorts, feedback } from '../../lambdas/feedback/feedback.ts';
import { noEvidence } from '../support/evidence-ports.ts';
import { aboutRecipient, type EventFile, eventBody } from '../support/ses-events.ts';

const now = epochMs(Date.parse('2026-03-01T09:00:00Z'));
const to = 'grace@recipient.example';

let recorded: EventItem[];
let told: OutcomeEvent[];
let refused: (event: OutcomeEvent) => boolean;

beforeEach(() => {
  recorded = [];
  told = [];
  refused = () => false;
});

function ports(over: Partial<FeedbackPorts> = {}): FeedbackPorts {
  return {
    clock: () => now,
    ...noEvidence,
    recipientSecret: 'a secret of the test',
    ledgerDays: 30,
    putEvent: async (item) => {
      recorded.push(item);
      return true;
    },
    putEvents: async (items) => {
      recorded.push(...items);
    },
    markTwins: async () => 0,
    putSuppression: async () => true,
    noteBlock: async () => undefined,
    outcomeStreams: ['transactional'],
    readRequestIds: async (messageIds) =>
      new Map(messageIds.map((messageId) => [messageId, `order of ${messageId}`])),
    publishOutcomes: async (events) => {
      told.push(...events.filter((event) => !refused(event)));
      return new Set(events.filter(refused));
    },
    count: () => undefined,
    duplicates: () => undefined,
    unknown: () => undefined,
    failure: () => undefined,
    ...over,
  };
}

/** One event of each file about message 1, 2, …, of a stream. */
function take(
  files: readonly EventFile[],
  over: Partial<FeedbackPorts> = {},
  stream = 'transactional',
) {
  const records = files.map((file, index) => ({
    queueMessageId: `q${index}`,
    firstQueueMessageId: `q${index}`,
    receiptHandle: `r${index}`,
    body: tagged(file, String(index).padStart(22, 'm'), stream),
    enqueuedAt: now,
    receiveCount: 1,
    lane: 'intake' as const,
    attributes: {},
  }));
  return feedback(records, ports(over));
}

function tagged(file: EventFile, messageId: string, stream: string): string {
  const own = aboutRecipient(file, to);
  return eventBody(file, { messageId, destination: [to], origin: { stream }, own });
}

test('each final outcome is told with the app’s id, once recorded; what is not final is not', async () => {
  await take([
    'delivery',
    'bounce',
    'complaint',
    'reject',
    'rendering-failure',
    'delivery-delay',
    'open',
  ]);
  const events = told.map((event) => outcomeEvent.parse(event));
  expect(events.map(({ outcome, reason }) => `${outcome} ${reason}`).sort()).toEqual([
    'bounced invalid-recipient',
    'complained abuse',
    'delivered undefined',
    'rejected content-rejected',
    'rejected rendering-failed',
  ]);
  expect(recorded).toHaveLength(7);
  expect(events.find(({ outcome }) => outcome === 'bounced')).toMatchObject({
    version: 1,
    stream: 'transactional',
    tenant: 'acme',
    id: `order of ${'1'.padStart(22, 'm')}`,
    messageId: '1'.padStart(22, 'm'),
    recipientIndex: 0,
    type: 'Permanent/General',
    status: '5.1.1',
    diagnostic: 'smtp; 550 5.1.1 user unknown',
  });
  expect(JSON.stringify(told)).not.toContain(to);
});

test('a stream that does not want it costs nothing', async () => {
  const never = async () => {
    throw new Error('asked');
  };
  const over = { readRequestIds: never, publishOutcomes: never };
  expect(await take(['delivery', 'bounce'], over, 'marketing')).toEqual([]);
  expect(recorded).toHaveLength(2);
});

test('an event that comes twice is told twice under the same id', async () => {
  await take(['bounce']);
  await take(['bounce'], { putEvent: async () => false });
  const [first, second] = told.map(({ eventId }) => eventId);
  expect(first).toMatch(/^m+0_00\.bounced\./);
  expect(second).toBe(first);
});

test('only what the bus did not take comes again', async () => {
  refused = ({ outcome }) => outcome === 'delivered';
  expect(await take(['bounce', 'delivery'])).toEqual(['q1']);
  expect(told.map(({ outcome }) => outcome)).toEqual(['bounced']);
});

test('when the ids cannot be read, all comes again and nothing is told half', async () => {
  const readRequestIds = async () => {
    throw new Error('the ledger is away');
  };
  const failed = await take(['bounce', 'delivery', 'open'], { readRequestIds });
  expect([...failed].sort()).toEqual(['q0', 'q1']);
  expect(told).toEqual([]);
});

test('an event that could not be recorded is not told', async () => {
  const putEvent = async () => {
    throw new Error('the ledger is away');
  };
  expect(await take(['bounce'], { putEvent })).toEqual(['q0']);
  expect(told).toEqual([]);
});
