/** When SES took a mail twice, its events prove it: counted once, in whatever order and company they come. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { markTwins, putEvent, putEvents } from '../../adapters/event-store.ts';
import { waitFor } from '../../domain/failures.ts';
import { lateEventMs, settleMs } from '../../domain/second-attempt.ts';
import { epochMs, secondMs } from '../../domain/time.ts';
import { type FeedbackPorts, feedback } from '../../lambdas/feedback/feedback.ts';
import { dynamoOfFile, type Tables } from '../support/dynamo.ts';
import { noEvidence, quietFeedback } from '../support/evidence-ports.ts';
import { createFaults, type Faults, faultyClient } from '../support/faults.ts';
import { aboutRecipient, eventBody } from '../support/ses-events.ts';

const now = epochMs(Date.parse('2026-03-01T09:00:00Z'));
const address = 'grace@recipient.example';
const dynamo = await dynamoOfFile();
let tables: Tables;
let faults: Faults;
let duplicates = 0;
let looks = 0;
let ports: FeedbackPorts;

beforeAll(async () => {
  faults = createFaults();
  tables = await dynamo.createTables(faultyClient(dynamo.connectDirectly(), faults));
  ports = {
    clock: () => now,
    ...noEvidence,
    recipientSecret: 'a secret of the test',
    ledgerDays: 30,
    putEvent: (item) => putEvent(tables.ledger, item),
    putEvents: (items) => putEvents(tables.ledger, items),
    markTwins: (about) => {
      looks += 1;
      return markTwins(tables.ledger, about);
    },
    ...quietFeedback,
    duplicates: (count) => {
      duplicates += count;
    },
    failure: () => {},
  };
});

let messages = 0;
const newMessageId = () => {
  messages += 1;
  return String(messages).padStart(22, 'm');
};

type Event = {
  readonly kind: 'delivery' | 'bounce' | 'complaint';
  /** Which of SES's mails to the same recipient: the first, or one that was sent again. */
  readonly mail: number;
};

/** Time from one mail to the next; the first one's events come after the second was sent, or before. */
function bodyOf(messageId: string, { kind, mail }: Event, ageMs = 0): string {
  return eventBody(kind, {
    messageId,
    sesMessageId: `ses-${mail}`,
    mailAt: now - ageMs,
    destination: [address],
    // SES names every bounce and complaint anew.
    own: { ...aboutRecipient(kind, address), feedbackId: `feedback-${mail}` },
    ...(mail === 0 ? {} : { again: true as const }),
  });
}

function take(bodies: readonly string[], instead: Partial<FeedbackPorts> = {}) {
  const records = bodies.map((body, index) => ({
    ...{
      queueMessageId: `q${index}`,
      firstQueueMessageId: `q${index}`,
      receiptHandle: `r${index}`,
      body,
      enqueuedAt: now,
    },
    ...{ receiveCount: 1, lane: 'intake' as const, attributes: {} },
  }));
  return feedback(records, { ...ports, ...instead });
}

/** Runs it and returns how many duplicates it counted. */
async function counted(work: () => Promise<unknown>): Promise<number> {
  const before = duplicates;
  await work();
  return duplicates - before;
}

test('mails beyond the first are counted once each: any order, repeated, two at a time, with a crash', async () => {
  const event = fc.record({
    kind: fc.constantFrom('delivery', 'bounce', 'complaint'),
    mail: fc.nat(2),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 25 }),
      fc.constantFrom('before', 'after'),
      async (events, call, when) => {
        const messageId = newMessageId();
        let struck = false;
        const total = await counted(async () => {
          // The first mail's events come when the second may have been sent: they are late.
          const bodies = events.map((one) => bodyOf(messageId, one, lateEventMs + 1));
          const halves = [bodies.filter((_, at) => at % 2 === 0), bodies.filter((_, at) => at % 2)];
          faults.plan({ call, when, kind: 'dead' });
          await Promise.all(halves.map((half) => faults.invocation(() => take(half))));
          struck = faults.struck() !== undefined;
          faults.plan(undefined);
          // What a crash left comes again, and some of the rest with it.
          await Promise.all([take(bodies), take(bodies.toReversed())]);
        });
        const mails = new Set(events.map(({ mail }) => mail)).size;
        // The count of a mark is lost with the process that made it, never doubled.
        expect(total).toBeLessThanOrEqual(mails - 1);
        if (!struck) expect(total).toBe(mails - 1);
      },
    ),
    { numRuns: 25 },
  );
});

test.each([
  ['first', [0, 1]],
  ['last', [1, 0]],
])('the event of the first mail may come %s', async (_, order) => {
  const messageId = newMessageId();
  const total = await counted(async () => {
    for (const mail of order)
      await take([bodyOf(messageId, { kind: 'delivery', mail }, mail === 0 ? lateEventMs + 1 : 0)]);
  });
  expect(total).toBe(1);
});

test('several events of one mail, and mails to two recipients of a batch, prove nothing', async () => {
  const messageId = newMessageId();
  const total = await counted(async () => {
    await take([
      bodyOf(messageId, { kind: 'delivery', mail: 1 }),
      bodyOf(messageId, { kind: 'complaint', mail: 1 }),
      eventBody('delivery', {
        ...{ messageId, recipientIndex: 1, sesMessageId: 'ses-other', again: true },
        ...{ destination: [address], own: aboutRecipient('delivery', address) },
      }),
    ]);
  });
  expect(total).toBe(0);
});

describe('looking for a twin is almost free', () => {
  test('an event that comes in time about a mail that was sent once does not look', async () => {
    looks = 0;
    await take([bodyOf(newMessageId(), { kind: 'delivery', mail: 0 }, lateEventMs)]);
    await take([bodyOf(newMessageId(), { kind: 'bounce', mail: 0 }, lateEventMs)]);
    expect(looks).toBe(0);
    await take([bodyOf(newMessageId(), { kind: 'bounce', mail: 0 }, lateEventMs + 1)]);
    expect(looks).toBe(1);
  });

  test('in time means before any second attempt can have been made', () => {
    expect(lateEventMs).toBeGreaterThan(0);
    expect(lateEventMs + 10 * secondMs).toBeLessThan(waitFor('ses-error').ms);
    expect(lateEventMs).toBeLessThan(settleMs);
  });
});

test('a look that fails brings its own event back and no other', async () => {
  const [late, early] = [newMessageId(), newMessageId()];
  const failed = await take(
    [
      bodyOf(early, { kind: 'delivery', mail: 0 }),
      bodyOf(late, { kind: 'delivery', mail: 0 }, lateEventMs + 1),
    ],
    { markTwins: () => Promise.reject(new Error('DynamoDB throttles')) },
  );
  expect(failed).toEqual(['q1']);
});
