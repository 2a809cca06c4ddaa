import { afterAll, beforeAll, expect, test } from 'vitest';
import { namesOf } from '../../contract/names.ts';
import { messageIdOf, messageIdOfQueueMessage } from '../../domain/message-id.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
const { ledger } = names.tables;
const queueMessageId = '0f3a5c7e-1111-4222-8333-444455556666';
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
  await aws.putItem(ledger, {
    pk: 'a1',
    sk: 'attempt',
    stream: 'marketing',
    at: 2000,
    completedAt: 2100,
    ttl: 1,
    entries: [
      { m: 'another message', r: 0, k: 'k', p: 'shared' },
      { m: batch, r: 0, k: 'key-zero', p: 'shared' },
      { m: batch, r: 2, k: 'key-two', p: 'shared' },
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
    /^0: bounced \(hard-bounce\) {2}key key-zero\n {2}the mailbox provider said/,
  );
  expect(zero).toMatch(/accepted[\s\S]*bounce → bounced[\s\S]*550[\s\S]*delivery → delivered/);
  expect(one).toMatch(/^1: suppressed \(hard-bounce\)/);
  expect(two).toMatch(
    /^2: rejected \(content-rejected\) {2}key key-two\n {2}SES refused the content/,
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
  await aws.putItem(ledger, {
    pk: 'a2',
    sk: 'attempt',
    stream: 'marketing',
    at: 2000,
    ttl: 1,
    entries: [{ m: messageId, r: 0, k: 'k', p: 'shared' }],
  });
  const ran = await cliOn(aws, ['outcome', 'ambiguous', '--json']);
  expect(ran.json()).toMatchObject({
    recipients: [{ outcome: 'pending', facts: [{ what: 'unknown' }] }],
  });
});

test('what an attempt led to is told once, although the request says it too', async () => {
  const messageId = messageIdOf('default', 'parked');
  const parked = { outcome: 'parked', reason: 'sending-paused' };
  await aws.putItem(
    ledger,
    requestItem(messageId, {
      id: 'parked',
      state: 'waiting',
      attemptIds: ['a3'],
      decided: { '*': parked },
    }),
  );
  await aws.putItem(ledger, {
    pk: 'a3',
    sk: 'attempt',
    stream: 'marketing',
    at: 2000,
    ttl: 1,
    entries: [{ m: messageId, r: 0, k: 'k', p: 'shared' }],
    results: [parked],
  });
  const ran = await cliOn(aws, ['outcome', 'parked', '--json']);
  expect(ran.json()).toMatchObject({
    recipients: [{ ...parked, facts: [{ source: 'attempt', pool: 'shared' }] }],
  });
  expect(ran.stdout.match(/"source"/g)).toHaveLength(1);
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
