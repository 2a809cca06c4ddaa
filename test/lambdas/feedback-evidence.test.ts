/** Each failure is booked once, where and when its mail was sent, and who decides is asked for a look. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { putEvents } from '../../adapters/event-store.ts';
import { readDelays } from '../../adapters/evidence-store.ts';
import { toItem } from '../../adapters/items.ts';
import { putAttempt } from '../../adapters/ledger.ts';
import { newAttemptId } from '../../contract/attempt-id.ts';
import type { FailureItem } from '../../contract/rotation-items.ts';
import { evidenceKeys } from '../../contract/table-keys.ts';
import { dayMs, epochMs } from '../../domain/time.ts';
import { type FeedbackPorts, feedback } from '../../lambdas/feedback/feedback.ts';
import { createFeedbackTally } from '../../lambdas/feedback/tally.ts';
import { dynamoOfFile, type Tables } from '../support/dynamo.ts';
import { evidenceOn, newsOf, quietFeedback } from '../support/evidence-ports.ts';
import { createFaults, type Faults, faultyClient } from '../support/faults.ts';
import { type EventChange, type EventFile, eventBody } from '../support/ses-events.ts';
import { storedBytes } from '../support/stored-bytes.ts';

const now = epochMs(Date.parse('2026-03-01T09:00:02Z'));
const attemptId = newAttemptId(
  epochMs(Date.parse('2026-03-01T08:59:57Z')),
  Uint8Array.from({ length: 13 }, (_, place) => place * 19),
);
/** The bucket in which the attempt was drawn. */
const sentAt = epochMs(Date.parse('2026-03-01T08:59:50Z'));
const hour = '2026-03-01T08';
const to = 'grace@gmail.com';
const messageId = 'm'.repeat(22);
const blocked =
  '550-5.7.1 [192.0.2.7] Our system has detected that this message is likely suspicious';
const gmailBlock = `${blocked} due to the very low reputation of the sending IP address. - gsmtp`;

const dynamo = await dynamoOfFile();
let tables: Tables;
let faults: Faults;
let ports: FeedbackPorts;
let woken: string[][];
let failures: unknown[];
let untaggedCount: number;

beforeEach(async () => {
  faults = createFaults();
  tables = await dynamo.createTables(faultyClient(dynamo.connectDirectly(), faults));
  woken = [];
  failures = [];
  untaggedCount = 0;
  ports = {
    ...evidenceOn(tables),
    countUntagged: () => {
      untaggedCount += 1;
    },
    clock: () => now,
    recipientSecret: 'a secret of the test',
    ledgerDays: 30,
    putEvent: async () => true,
    putEvents: async () => {},
    markTwins: async () => 0,
    ...quietFeedback,
    duplicates: () => {},
    failure: (error) => failures.push(error),
    wake: async (booked) => {
      woken.push(booked.map(({ key }) => key));
    },
  };
});

function take(...bodies: readonly string[]): Promise<readonly string[]> {
  const records = bodies.map((body, index) => ({
    queueMessageId: `q${index}`,
    firstQueueMessageId: `q${index}`,
    receiptHandle: `r${index}`,
    body,
    enqueuedAt: now,
    receiveCount: 1,
    lane: 'intake' as const,
    attributes: {},
  }));
  return feedback(records, ports);
}

const origin = { provider: 'gmail', campaign: 'spring', pool: 'warm', stream: 'marketing' };
const event = (file: EventFile, own: object, change: EventChange = {}) =>
  eventBody(file, { messageId, destination: [to], attemptId, origin, ...change, own });
/** Who reports a refusal that SES met itself. */
const sesHost = 'dns; a8-70.smtp-out.amazonses.com';
const bounce = (
  diagnosticCode: string,
  change: EventChange = {},
  reportingMTA: string | null = sesHost,
) =>
  event(
    'bounce',
    {
      bounceType: 'Permanent',
      bounceSubType: 'General',
      bouncedRecipients: [{ emailAddress: to, status: '5.7.1', diagnosticCode }],
      reportingMTA,
    },
    change,
  );
const delay = (diagnosticCode: string, timestamp: string) =>
  event('delivery-delay', {
    timestamp,
    delayedRecipients: [{ emailAddress: to, status: '4.7.0', diagnosticCode }],
  });

describe('a failure', () => {
  test('is booked where and when its mail was sent, with what the reply says', async () => {
    await take(bounce(gmailBlock));
    const { failures: booked } = await newsOf(tables, hour);
    expect(booked).toMatchObject([
      {
        key: `${messageId}_00#block`,
        origin: {
          tenant: 'acme',
          identity: 'sender.example',
          stream: 'marketing',
          pool: 'warm',
          provider: 'gmail',
          campaign: 'spring',
        },
        ...{ sentAt, heardAt: now, signal: 'block', reason: 'block-ip-reputation', weight: 1 },
        vouched: true,
        ttl: Math.floor((sentAt + 40 * dayMs) / 1000),
      },
    ]);
    expect(booked[0]?.recipientDomain).toMatch(/^[A-Za-z0-9_-]{10}$/);
    expect(JSON.stringify(booked)).not.toContain('gmail.com');
    expect(booked[0]).not.toHaveProperty('untagged');
  });

  test('counts once, however often its event comes, and each time a look is asked for', async () => {
    await take(bounce(gmailBlock), bounce(gmailBlock));
    await take(bounce(gmailBlock));
    expect((await newsOf(tables, hour)).failures).toHaveLength(1);
    expect(woken).toEqual([Array(2).fill(`${messageId}_00#block`), [`${messageId}_00#block`]]);
  });

  test('that blames nobody is no failure, but it is noted where the mail is, once', async () => {
    const full = delay('452 4.2.2 The email account is over quota', '2026-03-01T09:00:00.000Z');
    await take(full, full);
    expect((await newsOf(tables, hour)).failures).toEqual([]);
    const window = { since: sentAt, until: now };
    expect(await readDelays(tables.evidence, window, 10)).toMatchObject([
      { key: `${messageId}_00#mailbox-full`, reason: 'mailbox-full', sentAt, heardAt: now },
    ]);
  });

  test('of a mail that is delayed again and again counts once, as it was first heard of', async () => {
    const slow = '421 4.7.0 Too many messages, rate limit exceeded, try again later';
    await take(delay(slow, '2026-03-01T09:00:00.000Z'), delay(slow, '2026-03-01T09:15:00.000Z'));
    expect((await newsOf(tables, hour)).failures).toMatchObject([{ signal: 'deferral' }]);
  });

  test('is not vouched for by a reply that anybody can write, nor by another provider’s words', async () => {
    await take(bounce('550 5.7.1 blocked, see https://blocklist.example'));
    await take(
      bounce(gmailBlock, {
        messageId: 'n'.repeat(22),
        origin: { ...origin, provider: 'hostile.example' },
      }),
    );
    const { failures: booked } = await newsOf(tables, hour);
    expect(booked.map(({ vouched }) => vouched)).toEqual([false, false]);
  });

  test.each([
    'dns; mx.google.com',
    'dns; amazonses.com.hostile.example',
    'dns; notamazonses.com',
    null,
  ])('is not vouched for by a notification of %s: SES did not meet the refusal', async (host) => {
    await take(bounce(gmailBlock, {}, host));
    expect((await newsOf(tables, hour)).failures).toMatchObject([{ vouched: false }]);
  });

  test('is not vouched for where the provider had taken the mail, whoever is said to report', async () => {
    ports = { ...ports, putEvents: (items) => putEvents(tables.ledger, items) };
    await take(event('delivery', { recipients: [to] }, { sesMessageId: 'ses-1' }));
    await take(bounce(gmailBlock, { sesMessageId: 'ses-1' }));
    // The rescue of a mail that was delivered to nobody is another mail of SES.
    await take(bounce(gmailBlock, { sesMessageId: 'ses-2', kind: 'rescue' }));
    const { failures: booked } = await newsOf(tables, hour);
    expect(booked.map(({ vouched }) => vouched)).toEqual([false, true]);
  });

  test('of a rescue counts beside that of the mail it stands for, and names the same mail', async () => {
    await take(bounce(gmailBlock), bounce(gmailBlock, { kind: 'rescue' }));
    await take(bounce(gmailBlock, { kind: 'rescue' }));
    const { failures: booked } = await newsOf(tables, hour);
    expect(booked.map(({ key }) => key)).toEqual([
      `${messageId}_00#block`,
      `${messageId}_00#block#rescue`,
    ]);
  });

  test('names its mailbox by a digest, and says where DNS alone tells the provider', async () => {
    const workspace = { destination: ['ada@customer.example'], messageId: 'w'.repeat(22) };
    await take(bounce(gmailBlock), bounce(gmailBlock, workspace));
    const { failures: booked } = await newsOf(tables, hour);
    expect(booked.map(({ vouched }) => vouched)).toEqual([true, true]);
    expect(booked.map(({ hosted }) => hosted)).toEqual([undefined, true]);
    expect(new Set(booked.map(({ mailbox }) => mailbox)).size).toBe(2);
    for (const { mailbox } of booked) expect(mailbox).toMatch(/^[A-Za-z0-9_-]{10}$/);
    expect(JSON.stringify(booked)).not.toMatch(/grace|ada/);
  });

  test('is a complaint as well, vouched for by the loop that it came through', async () => {
    await take(event('complaint', { complainedRecipients: [{ emailAddress: to }] }));
    expect((await newsOf(tables, hour)).failures).toMatchObject([
      { signal: 'complaint', reason: 'complaint', vouched: true },
    ]);
  });

  test('is nothing that says nothing of anybody’s reputation', async () => {
    await take(
      bounce('552 5.2.2 mailbox full'),
      event('complaint', {
        complainedRecipients: [{ emailAddress: to }],
        complaintFeedbackType: 'not-spam',
      }),
      event('delivery', { recipients: [to] }),
    );
    expect(await newsOf(tables, hour)).toEqual({ failures: [], voids: [] });
    expect(woken.flat()).toEqual([]);
  });

  test('costs one write unit with the longest names that the tag takes', async () => {
    await take(
      bounce(gmailBlock, {
        tenant: 't'.repeat(64),
        origin: { stream: 's'.repeat(20), pool: 'p'.repeat(20), provider: 'gmail' },
      }),
    );
    const [booked] = (await newsOf(tables, hour)).failures;
    expect(storedBytes(toItem(booked ?? {}))).toBeLessThan(1024);
  });
});

describe('mail that SES took and no provider saw', () => {
  test.each<[string, string]>([
    [
      'is suppressed by SES',
      event('bounce', {
        bounceType: 'Permanent',
        bounceSubType: 'OnAccountSuppressionList',
        bouncedRecipients: [{ emailAddress: to }],
      }),
    ],
    ['is rejected by SES', event('reject', {})],
    ['could not be rendered', event('rendering-failure', {})],
  ])('and %s is taken off what was sent, once', async (_, body) => {
    await take(body);
    await take(body);
    const { failures: booked, voids } = await newsOf(tables, hour);
    expect(booked).toEqual([]);
    expect(voids).toMatchObject([{ sentAt, origin: { tenant: 'acme', pool: 'warm' } }]);
    expect(voids[0]?.sk).toBe(
      evidenceKeys.void(hour, new Date(sentAt).toISOString(), `${messageId}_00#void`).sk,
    );
  });
});

test('an event without a tag of ours is read from what SES says, told apart, and counted once', async () => {
  const body = JSON.parse(bounce(gmailBlock));
  body.mail.tags = { 'ses:configuration-set': ['test-marketing-warm'] };
  body.mail.timestamp = '2026-03-01T08:59:59.000Z';
  body.mail.source = 'News <news@acme.example>';
  await take(JSON.stringify(body), bounce(gmailBlock));
  await take(JSON.stringify(body));
  expect(untaggedCount).toBe(1);
  const { failures: booked } = await newsOf(tables, hour);
  expect(booked.filter(({ untagged }) => untagged)).toMatchObject([
    {
      origin: {
        tenant: 'default',
        identity: 'acme.example',
        stream: 'marketing',
        pool: 'warm',
        provider: 'gmail',
        campaign: '',
      },
      sentAt,
      untagged: true,
    },
  ]);
});

test('what was read without a tag is a metric of its own', () => {
  const written = vi.spyOn(console, 'log').mockImplementation(() => {});
  const tally = createFeedbackTally('test', () => now);
  tally.countUntagged();
  tally.countUntagged();
  tally.write();
  const [line] = written.mock.calls.flat();
  written.mockRestore();
  expect(JSON.parse(String(line))).toMatchObject({ Deployment: 'test', Untagged: 2 });
});

test('names that had no room in the tag are read from the journal; forgotten, their digests stand for them', async () => {
  const campaign = 'c'.repeat(256);
  const long = { tenant: 'acme', origin: { ...origin, campaign } };
  await take(bounce(gmailBlock, long));
  await putAttempt(
    { ...tables.ledger, keepDays: 30 },
    {
      ...{ attemptId, stream: 'marketing', at: now },
      entries: [
        {
          m: messageId,
          r: 0,
          k: 'k'.repeat(22),
          p: 'warm',
          v: 'gmail',
          t: 'acme',
          d: 'sender.example',
          c: campaign,
        },
      ],
    },
  );
  await take(
    bounce(gmailBlock, { ...long, recipientIndex: 1 }),
    event('complaint', { complainedRecipients: [{ emailAddress: to }] }, long),
  );
  const campaigns = (await newsOf(tables, hour)).failures.map(
    (one: FailureItem) => one.origin.campaign,
  );
  const [unknown] = campaigns.filter((name) => name !== campaign);
  expect(unknown).toMatch(/^\*.{10}$/);
  expect(campaigns.filter((name) => name === campaign)).toHaveLength(1);
});

test('what could not be booked, or nobody asked for, comes again', async () => {
  faults.outage(/PutItem/);
  expect(await take(bounce(gmailBlock))).toEqual(['q0']);
  faults.outage(undefined);
  ports = { ...ports, wake: () => Promise.reject(new Error('SQS is down')) };
  expect(await take(bounce(gmailBlock), event('delivery', { recipients: [to] }))).toEqual(['q0']);
  expect(failures).toHaveLength(2);
  expect((await newsOf(tables, hour)).failures).toHaveLength(1);
});
