/** The conditions on which "once" hangs, one by one. */
import { beforeAll, expect, test } from 'vitest';
import { putEvent } from '../../adapters/event-store.ts';
import {
  completeAttempt,
  type Ledger,
  type NewRequest,
  putAttempt,
  putRequest,
  readAttempts,
  readHeardOf,
  readRequest,
  releaseClaim,
  replaceRequest,
} from '../../adapters/ledger.ts';
import { findOutcome } from '../../adapters/outcome-lookup.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { epochMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';

const now = epochMs(Date.parse('2026-03-01T09:00:00Z'));
const dynamo = await dynamoOfFile();
let ledger: Ledger;
let counter = 0;

beforeAll(async () => {
  ledger = { ...(await dynamo.createTables(dynamo.connect())).ledger, keepDays: 30 };
});

function newRequest(over: Partial<NewRequest> = {}): NewRequest {
  counter += 1;
  const id = `order-${counter}`;
  return {
    messageId: messageIdOf('default', id),
    id,
    tenant: 'default',
    state: 'claimed',
    stream: 'transactional',
    queueMessageId: 'q',
    digest: 'd',
    recipientCount: 1,
    claimedAt: now,
    attemptIds: [],
    decided: {},
    enqueuedAt: now,
    ...over,
  };
}

async function mustRead(messageId: string) {
  const found = await readRequest(ledger, messageId);
  if (!found) throw new Error('nothing is there');
  return found;
}

test('of many who claim at once one wins', async () => {
  const request = newRequest();
  const won = await Promise.all(Array.from({ length: 10 }, () => putRequest(ledger, request)));
  expect(won.filter(Boolean)).toHaveLength(1);
});

test.each([
  ['claimed', false],
  ['waiting', false],
  ['decided', false],
  ['rejected', true],
] as const)(
  'over a request that is %s a first word may be written: %s',
  async (state, expected) => {
    const request = newRequest({ state });
    await putRequest(ledger, request);
    expect(await putRequest(ledger, { ...request, state: 'claimed' })).toBe(expected);
  },
);

test('of two who take over a claim one wins', async () => {
  const request = newRequest();
  await putRequest(ledger, request);
  const seen = await mustRead(request.messageId);
  const taken = await Promise.all(
    [1, 2].map((by) => replaceRequest(ledger, seen, { state: 'claimed', claimedAt: now + by })),
  );
  expect(taken.toSorted()).toEqual([false, true]);
});

test('a claim that was taken over cannot be given back by its first holder', async () => {
  const request = newRequest();
  const claim = { messageId: request.messageId, claimedAt: now };
  await putRequest(ledger, request);
  await replaceRequest(ledger, await mustRead(request.messageId), { claimedAt: now + 1 });
  expect(await releaseClaim(ledger, claim)).toBe(false);
  expect(await mustRead(request.messageId)).toMatchObject({ state: 'claimed' });
  expect(await releaseClaim(ledger, { ...claim, claimedAt: now + 1 })).toBe(true);
});

test('a claim given back with a decision keeps what was decided before', async () => {
  const suppressed = { outcome: 'suppressed', reason: 'manual' } as const;
  const request = newRequest({ decided: { 1: suppressed }, recipientCount: 2 });
  await putRequest(ledger, request);
  const parked = { outcome: 'parked', reason: 'mail-from-unverified' } as const;
  await releaseClaim(ledger, { messageId: request.messageId, claimedAt: now }, parked);
  expect(await mustRead(request.messageId)).toMatchObject({
    state: 'waiting',
    decided: { 1: suppressed, '*': parked },
  });
});

test('an attempt stands before its results, and only existing attempts are read', async () => {
  const entries = [{ m: 'm'.repeat(22), r: 0, k: 'k'.repeat(22), p: 'shared' }];
  await putAttempt(ledger, { attemptId: 'a1', stream: 'transactional', at: now, entries });
  expect(await readAttempts(ledger, ['a1', 'never written'])).toMatchObject([{ entries }]);
  const results = [{ outcome: 'retry', reason: 'throttled' } as const];
  await completeAttempt(ledger, 'a1', results, now);
  await completeAttempt(ledger, 'a1', results, now);
  expect(await readAttempts(ledger, ['a1'])).toMatchObject([{ results, completedAt: now }]);
});

test('what SES reported is known by recipient, and a repeated event is told apart', async () => {
  const { messageId } = newRequest();
  const item = {
    ...ledgerKeys.event(messageId, 7, 'delivery', 'digest'),
    kind: 'delivery',
    at: now,
    recipientIndex: 7,
    sesMessageId: 'ses',
    ttl: 1,
  };
  expect(await putEvent(ledger, item)).toBe(true);
  expect(await putEvent(ledger, item)).toBe(false);
  expect(await readHeardOf(ledger, messageId)).toEqual(new Set([7]));
});

test('an outcome is found by the id of the app, by ours and by that of SQS', async () => {
  const request = newRequest({ decided: { '*': { outcome: 'held', reason: 'tenant-held' } } });
  await putRequest(ledger, request);
  for (const id of [String(request.id), request.messageId])
    expect(await findOutcome(ledger, { id, tenant: 'default' })).toMatchObject({
      messageId: request.messageId,
      recipients: [
        {
          outcome: 'held',
          reason: 'tenant-held',
          explanation: expect.stringContaining('operator'),
        },
      ],
    });
  expect(await findOutcome(ledger, { id: 'unknown', tenant: 'default' })).toBeUndefined();
});

test('items are forgotten after the days that the stream keeps them', async () => {
  const request = newRequest();
  await putRequest(ledger, request);
  expect(await mustRead(request.messageId)).toMatchObject({ ttl: now / 1000 + 30 * 86_400 });
});

test('a claim outlives every delivery of its message, whatever the stream keeps', async () => {
  const short = { ...ledger, keepDays: 1 };
  const request = newRequest();
  await putRequest(short, request);
  const seen = await mustRead(request.messageId);
  expect(seen.ttl).toBe(now / 1000 + 28 * 86_400);
  await replaceRequest(short, seen, { state: 'decided' });
  expect((await mustRead(request.messageId)).ttl).toBe(seen.ttl);
  const attempt = { attemptId: 'short-lived', stream: 'transactional', at: now, entries: [] };
  await putAttempt(short, attempt);
  const [kept] = await readAttempts(short, ['short-lived']);
  expect(kept?.ttl).toBe(now / 1000 + 33 * 86_400);
});
