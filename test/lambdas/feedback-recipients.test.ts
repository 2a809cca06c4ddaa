/** Events carry what others wrote: whom one is about is ours to say, and what we cannot read is kept. */
import { beforeEach, expect, test } from 'vitest';
import type { Suppression } from '../../adapters/suppression-store.ts';
import type { EventItem } from '../../contract/items.ts';
import { epochMs } from '../../domain/time.ts';
import { type FeedbackPorts, feedback } from '../../lambdas/feedback/feedback.ts';
import { keyOf } from '../support/dispatch-world.ts';
import { noEvidence } from '../support/evidence-ports.ts';
import { eventBody } from '../support/ses-events.ts';

const now = epochMs(Date.parse('2026-03-01T09:00:00Z'));
const messageId = 'm'.repeat(22);
const [grace, ada, victim] = ['grace@recipient.example', 'ada@b.example', 'victim@c.example'];
const unknownUser = 'smtp; 550 5.1.1 user unknown';
let suppressed: string[];
let blocked: string[];
let events: EventItem[];
let unknown: string[];
let failures: string[];

beforeEach(() => {
  suppressed = [];
  blocked = [];
  events = [];
  unknown = [];
  failures = [];
});

const ports: FeedbackPorts = {
  clock: () => now,
  ...noEvidence,
  recipientSecret: 'a secret of the test',
  ledgerDays: 30,
  putEvent: async (item) => events.push(item) > 0,
  putEvents: async (items) => {
    events.push(...items);
  },
  markTwins: async () => 0,
  putSuppression: async ({ recipientKey, scope, reason }: Suppression) =>
    suppressed.push(`${nameOf(recipientKey)} ${scope} ${reason}`) > 0,
  noteBlock: async ({ recipientKey, address }) => {
    blocked.push(`${nameOf(recipientKey)} ${address}`);
  },
  count: () => {},
  duplicates: () => {},
  unknown: (what) => unknown.push(what),
  outcomeStreams: [],
  readRequestIds: async () => new Map(),
  publishOutcomes: async () => new Set(),
  failure: (error) => failures.push(String(error)),
};

function nameOf(key: string | undefined): string {
  const names = { grace, ada, victim };
  const found = Object.entries(names).find(([, address]) => keyOf(address) === key);
  return found?.[0] ?? 'nobody';
}

type Bounce = {
  readonly to: readonly string[];
  readonly reported: readonly string[];
  readonly tagged?: false;
  readonly diagnosticCode?: string;
};

/** Takes in a bounce of a mail to `to` that names `reported`. */
async function bounce({ to, reported, tagged, diagnosticCode = unknownUser }: Bounce) {
  const bouncedRecipients = reported.map((emailAddress) => ({ emailAddress, diagnosticCode }));
  const body = eventBody('bounce', {
    destination: to,
    own: { bouncedRecipients },
    ...(tagged === false ? {} : { messageId }),
  });
  expect(await take(body)).toEqual([]);
}

function take(body: string) {
  const record = {
    queueMessageId: 'q',
    firstQueueMessageId: 'q',
    receiptHandle: 'r',
    body,
    enqueuedAt: now,
  };
  const first = { receiveCount: 1, lane: 'intake' as const, attributes: {} };
  return feedback([{ ...record, ...first }], ports);
}

test.each<[string, Bounce, readonly string[]]>([
  [
    'a mail of ours is about its recipient, whomever the bounce names',
    { to: [grace], reported: [victim] },
    ['grace global hard-bounce'],
  ],
  [
    'a mail to one is about that one, without our tag as well',
    { to: [grace], reported: [victim], tagged: false },
    ['grace global hard-bounce'],
  ],
  [
    'of several recipients only one that the mail went to counts, in whatever spelling',
    { to: [grace, 'Ada <ADA@B.example>'], reported: ['ada@b.example'], tagged: false },
    ['ada global hard-bounce'],
  ],
  [
    'of several recipients none counts when another is named',
    { to: [grace, ada], reported: [victim], tagged: false },
    [],
  ],
  [
    'a mail of which nobody knows the recipients suppresses nobody',
    { to: [], reported: [victim], tagged: false },
    [],
  ],
])('%s', async (_, given, expected) => {
  await bounce(given);
  expect(suppressed).toEqual(expected);
  expect(events.map(({ recipientKey }) => nameOf(recipientKey))).toEqual(
    expected.length > 0 ? expected.map((one) => one.split(' ')[0]) : ['nobody'],
  );
});

test('who was named instead stands in the reply, hidden, and decides nothing', async () => {
  await bounce({ to: [grace], reported: ['new.box@spamhaus.example'] });
  expect(suppressed).toEqual(['grace global hard-bounce']);
  expect(events).toMatchObject([{ diagnostic: `for …@spamhaus.example: ${unknownUser}` }]);
});

test('a block after forwarding is noted for the recipient of the mail', async () => {
  const diagnosticCode = 'smtp; 550 5.7.1 blocked using zen.spamhaus.org';
  await bounce({ to: [grace], reported: [victim], diagnosticCode });
  expect([suppressed, blocked]).toEqual([[], [`grace ${grace}`]]);
});

test('several mailboxes behind one recipient are one fact, the one that names the recipient', async () => {
  const reported = ['a@behind.example', grace, 'b@behind.example'];
  await bounce({ to: [grace], reported });
  expect(events).toMatchObject([{ diagnostic: unknownUser }]);
  expect(suppressed).toHaveLength(1);
});

test('a forged bounce and the true one are one event under one key', async () => {
  await bounce({ to: [grace], reported: [victim] });
  await bounce({ to: [grace], reported: [grace] });
  expect(new Set(events.map(({ sk }) => sk)).size).toBe(1);
});

test('an event of a known type that does not fit stays in its queue, and is no unknown one', async () => {
  expect(await take(eventBody('bounce', { own: { bouncedRecipients: grace } }))).toEqual(['q']);
  expect([unknown, events]).toEqual([[], []]);
  expect(failures).toEqual([
    'Error: an SES event does not fit its schema: type Bounce at bounce.bouncedRecipients',
  ]);
});

test('what is no JSON or of a new type is counted and leaves the queue', async () => {
  for (const body of ['garbage', '{"eventType":"New"}']) expect(await take(body)).toEqual([]);
  expect([unknown, failures]).toEqual([['not-json', 'type New'], []]);
});
