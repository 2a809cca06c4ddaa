import { afterAll, beforeAll, expect, test } from 'vitest';
import { packAttempt } from '../../contract/attempt-codec.ts';
import type { AttemptItem } from '../../contract/items.ts';
import { namesOf } from '../../contract/names.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { messageIdOf, messageIdOfQueueMessage } from '../../domain/message-id.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
const { ledger } = names.tables;
const queueMessageId = '0f3a5c7e-1111-4222-8333-444455556666';
const key = 'k'.repeat(22);
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
  const batch = messageIdOf('acme', 'spring');
  await aws.putItem(
    ledger,
    requestItem(batch, {
      id: 'spring',
      tenant: 'acme',
      recipientCount: 3,
      attemptIds: ['a1'],
      decided: { 1: { outcome: 'suppressed', reason: 'hard-bounce' } },
    }),
  );
  await putAttempt('a1', {
    completedAt: 2100,
    entries: [
      { m: messageIdOf('acme', 'another'), r: 0, k: key, p: 'shared' },
      { m: batch, r: 0, k: 'key-zero'.padEnd(22, '_'), p: 'shared' },
      { m: batch, r: 2, k: 'key-two'.padEnd(22, '_'), p: 'shared' },
    ],
    results: [
      { ses: 'other' },
      { ses: 'ses-0' },
      { outcome: 'rejected', reason: 'content-rejected' },
    ],
  });
  await aws.putItem(ledger, eventItem(batch, { kind: 'delivery', at: 9000, outcome: 'delivered' }));
  await aws.putItem(
    ledger,
    eventItem(batch, {
      kind: 'bounce',
      at: 5000,
      outcome: 'bounced',
      reason: 'hard-bounce',
      type: 'Permanent/General',
      status: '5.1.1',
      diagnostic: 'smtp; 550 5.1.1 no such user',
    }),
  );
  await aws.putItem(
    ledger,
    requestItem(messageIdOfQueueMessage(queueMessageId), {
      state: 'rejected',
      decided: {
        '*': { outcome: 'rejected', reason: 'invalid-json', detail: 'the body is not JSON' },
      },
    }),
  );
});
afterAll(() => aws.close());

async function putAttempt(
  attemptId: string,
  of: Pick<AttemptItem, 'entries' | 'results' | 'completedAt'>,
): Promise<void> {
  const common = { ...ledgerKeys.attempt(attemptId), stream: 'marketing', at: 2000, ttl: 1 };
  await aws.putItem(ledger, packAttempt({ ...common, ...of }));
}

function requestItem(messageId: string, over: Record<string, unknown>) {
  return {
    pk: messageId,
    sk: 'request',
    state: 'claimed',
    stream: 'marketing',
    queueMessageId,
    recipientCount: 1,
    claimedAt: 1500,
    attemptIds: [],
    decided: {},
    enqueuedAt: 1000,
    ttl: 1,
    ...over,
  };
}

function eventItem(messageId: string, over: Record<string, unknown>) {
  return {
    pk: messageId,
    sk: `event#00#${String(over['kind'])}#x`,
    recipientIndex: 0,
    sesMessageId: 'ses-0',
    ttl: 1,
    ...over,
  };
}

test('each recipient is shown with its outcome, its reason in words and its facts in the order of time', async () => {
  const ran = await cliOn(aws, ['outcome', 'spring', '--tenant', 'acme']);
  expect(ran.code).toBe(0);
  const [zero = '', one = '', two = ''] = ran.stdout.split(/^recipient /m).slice(1);
  expect(zero).toMatch(
    /^0: bounced \(hard-bounce\) {2}key key-zero_+\n {2}the mailbox provider said/,
  );
  expect(zero).toMatch(/accepted[\s\S]*bounce → bounced[\s\S]*550[\s\S]*delivery → delivered/);
  expect(one).toMatch(/^1: suppressed \(hard-bounce\)/);
  expect(two).toMatch(
    /^2: rejected \(content-rejected\) {2}key key-two_+\n {2}SES refused the content/,
  );
  for (const line of ran.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('a late Delivery does not undo a Bounce, and both stay visible', async () => {
  const ran = await cliOn(aws, ['outcome', messageIdOf('acme', 'spring'), '--json']);
  expect(ran.json()).toMatchObject({
    id: 'spring',
    recipients: [
      {
        outcome: 'bounced',
        sesMessageIds: ['ses-0'],
        facts: [
          { what: 'accepted', pool: 'shared', at: 2100 },
          { what: 'bounce', at: 5000, status: '5.1.1' },
          { what: 'delivery', at: 9000 },
        ],
      },
      { outcome: 'suppressed' },
      { outcome: 'rejected' },
    ],
  });
});

test("a body that could not be read is found by SQS's message id", async () => {
  const ran = await cliOn(aws, ['outcome', queueMessageId.toUpperCase()]);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/recipient 0: rejected \(invalid-json\)/);
});

test('an attempt without an answer is told as unknown, not as sent', async () => {
  const messageId = messageIdOf('default', 'ambiguous');
  await aws.putItem(ledger, requestItem(messageId, { id: 'ambiguous', attemptIds: ['a2'] }));
  await putAttempt('a2', { entries: [{ m: messageId, r: 0, k: key, p: 'shared' }] });
  const ran = await cliOn(aws, ['outcome', 'ambiguous', '--json']);
  expect(ran.json()).toMatchObject({
    recipients: [{ outcome: 'pending', reason: 'no-answer', facts: [{ what: 'unknown' }] }],
  });
});

test('what an attempt led to is told once, although the request says it too', async () => {
  const messageId = messageIdOf('default', 'parked');
  const parked = { outcome: 'parked', reason: 'mail-from-unverified' } as const;
  await aws.putItem(
    ledger,
    requestItem(messageId, {
      id: 'parked',
      state: 'waiting',
      attemptIds: ['a3'],
      decided: { '*': parked },
    }),
  );
  await putAttempt('a3', {
    entries: [{ m: messageId, r: 0, k: key, p: 'shared' }],
    results: [parked],
  });
  const ran = await cliOn(aws, ['outcome', 'parked', '--json']);
  expect(ran.json()).toMatchObject({
    recipients: [{ ...parked, facts: [{ source: 'attempt', pool: 'shared' }] }],
  });
  expect(ran.stdout.match(/"source"/g)).toHaveLength(1);
});

test('what was decided about the others of a batch is not told of a recipient with an outcome of its own', async () => {
  const decided = {
    '*': { outcome: 'parked', reason: 'access-denied' },
    1: { outcome: 'rejected', reason: 'recipient-without-domain' },
  };
  const messageId = messageIdOf('default', 'mixed');
  await aws.putItem(ledger, requestItem(messageId, { id: 'mixed', recipientCount: 2, decided }));
  const ran = await cliOn(aws, ['outcome', 'mixed', '--json']);
  expect(ran.json()).toMatchObject({
    recipients: [
      { outcome: 'parked', facts: [{ reason: 'access-denied' }] },
      { outcome: 'rejected', facts: [{ reason: 'recipient-without-domain' }] },
    ],
  });
});

test('an SES message id stays whole in 80 columns, so that it can be copied', async () => {
  const sesMessageId = '0100018f2b7c1a2b-5d0f3c1e-2222-4333-8444-555566667777-000000';
  const messageId = messageIdOf('default', 'copied');
  await aws.putItem(ledger, requestItem(messageId, { id: 'copied' }));
  await aws.putItem(ledger, eventItem(messageId, { kind: 'delivery', at: 9000, sesMessageId }));
  const ran = await cliOn(aws, ['outcome', 'copied']);
  expect(ran.stdout).toContain(sesMessageId);
  expect(ran.stdout).toContain('delivery');
});

test('an unknown SQS message id is told apart: most mail is not found by it', async () => {
  const ran = await cliOn(aws, ['outcome', '0f3a5c7e-9999-4222-8333-444455556666']);
  expect(ran.code).toBe(1);
  expect(ran.stdout).toMatch(/SQS's message id finds only a body that could not be used/);
});

test('an unknown id ends with 1 and a sentence', async () => {
  const ran = await cliOn(aws, ['outcome', 'nothing-of-this-id']);
  expect(ran.code).toBe(1);
  expect(ran.stdout).toMatch(
    /nothing is known of nothing-of-this-id for tenant default in deployment test/,
  );
});
