/** Mail of which nobody can tell whether SES has it: told apart, settled, sent again with a mark, counted once. */
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { putEvent } from '../../adapters/event-store.ts';
import { toItem } from '../../adapters/items.ts';
import { readAttempts, readRequest } from '../../adapters/ledger.ts';
import type { Mail } from '../../adapters/ses-message.ts';
import type { SendAnswer } from '../../adapters/ses-sender.ts';
import { metrics } from '../../contract/metrics.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { waitedAttribute, writeWaited } from '../../contract/waiting-mail.ts';
import { minuteMs } from '../../domain/time.ts';
import { accepted, createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addresses, type Body, batch, message } from '../support/requests.ts';
import { storedBytes } from '../support/stored-bytes.ts';

const dynamo = await dynamoOfFile();
let world: DispatchWorld;

beforeEach(async () => {
  world = await createDispatchWorld(dynamo);
});

const noAnswer: SendAnswer = {
  ok: false,
  refusal: { kind: 'unknown', reason: 'no-answer' },
  detail: 'time-out',
};
const failed: SendAnswer = {
  ok: false,
  refusal: { kind: 'retry', reason: 'ses-error' },
  detail: 'InternalServiceError',
};

/** SES gives these answers one after the other, then takes everything. */
function answer(...answers: readonly SendAnswer[]): void {
  const left = [...answers];
  world.answer = (mail: Mail) => left.shift() ?? accepted(mail);
}

/** Which calls to SES carried the mark, in their order. */
const marks = () => world.sesCalls.map(({ again }) => again === true);

const counts = () =>
  [metrics.ambiguous, metrics.settled, metrics.resent].map((name) => world.counts.get(name) ?? 0);

async function messageIdOf(request: Body): Promise<string> {
  return (await world.outcome(request))?.messageId ?? '';
}

/** What feedback writes when SES reports something about a recipient. */
async function hearOf(request: Body, kind: 'delivery' | 'deliverydelay', index = 0): Promise<void> {
  await putEvent(world.tables.ledger, {
    ...ledgerKeys.event(await messageIdOf(request), index, kind, 'digest'),
    kind,
    at: world.time.clock(),
    recipientIndex: index,
    sesMessageId: 'ses-heard',
    ...(kind === 'delivery' ? { outcome: 'delivered' as const } : {}),
    ttl: 1,
  });
}

describe('a mail without an answer', () => {
  test('is told as such, then sent again with the mark, and counted once', async () => {
    answer(noAnswer);
    const request = message();
    world.intake.put(request);
    await world.settle(14 * minuteMs);
    expect(await world.outcomes(request)).toEqual(['pending/no-answer']);
    expect((await world.outcome(request))?.recipients[0]?.explanation).toContain('may or may not');
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted']);
    expect(marks()).toEqual([false, true]);
    expect(counts()).toEqual([1, 0, 1]);
  });

  test('that stays without an answer is one ambiguous recipient, sent again each time', async () => {
    answer(noAnswer, noAnswer);
    world.intake.put(message());
    await world.settle();
    expect(marks()).toEqual([false, true, true]);
    expect(counts()).toEqual([1, 0, 2]);
  });

  test('is sent again twice, then left to a person; its neighbours have theirs', async () => {
    world.answer = (mail) => (mail.recipientIndex === 0 ? noAnswer : accepted(mail));
    const request = batch(addresses(3));
    world.intake.put(request);
    await world.settle();
    const toFirst = world.sesCalls.filter(({ recipientIndex }) => recipientIndex === 0);
    expect(toFirst.map(({ again }) => again === true)).toEqual([false, true, true]);
    expect(await world.outcomes(request)).toEqual(['parked/ambiguous', 'accepted', 'accepted']);
    expect(counts()).toEqual([1, 0, 2]);
    expect(world.counts.get('parked ambiguous')).toBe(1);
    // The same request once more changes nothing; the person's word does, even when its attempts are forgotten.
    await forgetAttempts(request);
    world.intake.put(request);
    await world.settle();
    expect(world.sesCalls).toHaveLength(5);
    world.answer = accepted;
    world.intake.redrive(request);
    await world.settle();
    expect(world.sesCalls).toHaveLength(6);
    const settled = 'accepted/settled';
    expect(await world.outcomes(request)).toEqual(['accepted', settled, settled]);
  });

  test('never stays in the queue until SQS sets it aside', async () => {
    world.answer = () => noAnswer;
    const now = world.time.clock();
    const waited = { enqueuedAt: now, dueAt: now, receiveCount: 89, firstQueueMessageId: 'first' };
    world.intake.put(message(), { attributes: { [waitedAttribute]: writeWaited(waited) } });
    await world.settle(30 * minuteMs);
    expect([world.intake.size(), world.later.nextAt() === undefined]).toEqual([0, false]);
    await world.settle();
    expect(world.sesCalls).toHaveLength(3);
    expect(world.counts.get('parked ambiguous')).toBe(1);
  });

  test('is done at the next look after its event, and counted once whoever looks', async () => {
    answer(noAnswer);
    const request = message();
    const queueMessageId = world.intake.put(request);
    await world.runOnce();
    await hearOf(request, 'delivery');
    await world.settle(3 * minuteMs);
    expect(world.intake.size()).toBe(0);
    for (let look = 0; look < 2; look += 1) {
      world.intake.redeliver(queueMessageId);
      await world.settle();
    }
    expect(await world.outcomes(request)).toEqual(['delivered']);
    expect(marks()).toEqual([false]);
    expect(counts()).toEqual([1, 1, 0]);
  });

  test('is accepted as soon as SES reports anything of it, be it a delay', async () => {
    answer(noAnswer);
    const request = message();
    world.intake.put(request);
    await world.runOnce();
    await hearOf(request, 'deliverydelay');
    expect(await world.outcomes(request)).toEqual(['accepted/settled']);
  });

  test('in a process that died is counted by who looks next, and sent again with the mark', async () => {
    const request = message();
    world.intake.put(request);
    await world.runOnce({ send: dieAfter });
    expect(counts()).toEqual([0, 0, 0]);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted']);
    expect(marks()).toEqual([false, true]);
    expect(counts()).toEqual([1, 0, 1]);
  });

  test('that a person sends again carries the mark, also when that is throttled first', async () => {
    world = await createDispatchWorld(dynamo, { policy: { ambiguous: 'leave' } });
    const throttled: SendAnswer = { ok: false, refusal: { kind: 'throttled' }, detail: '' };
    answer(noAnswer, throttled, throttled, throttled);
    const request = message();
    world.intake.put(request);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['parked/ambiguous']);
    expect(counts()).toEqual([1, 0, 0]);
    for (const { body } of world.parked.splice(0)) world.intake.redrive(body);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted']);
    expect(marks()).toEqual([false, true, true, true, true]);
    expect(counts()).toEqual([1, 0, 1]);
  });
});

test('a second copy of what was redriven for another reason is no word of a person about ambiguous mail', async () => {
  world = await createDispatchWorld(dynamo, { policy: { ambiguous: 'leave' } });
  const unverified: SendAnswer = {
    ok: false,
    refusal: { kind: 'park', reason: 'identity-unverified' },
    detail: 'no',
  };
  answer(unverified, noAnswer);
  const request = message();
  world.intake.put(request);
  await world.settle();
  const parkedAt = new Date(world.time.clock()).toISOString();
  const [first] = world.parked.splice(0);
  world.intake.put(first?.body ?? '', { attributes: { parkedAt } });
  await world.settle();
  world.intake.put(first?.body ?? '', { attributes: { parkedAt } });
  await world.settle();
  expect(marks()).toEqual([false, false]);
  expect(await world.outcomes(request)).toEqual(['parked/ambiguous']);
  // The one that was parked as ambiguous is the only one that waits, and it still may be redriven.
  expect(world.parked).toHaveLength(1);
  for (const { body } of world.parked.splice(0)) world.intake.redrive(body);
  await world.settle();
  expect(await world.outcomes(request)).toEqual(['accepted']);
  expect(marks()).toEqual([false, false, true]);
});

describe('a mail of which SES said that it failed', () => {
  test('is sent again with the mark, because that is not always so; it is not ambiguous', async () => {
    answer(failed, failed);
    world.intake.put(message());
    await world.settle();
    expect(marks()).toEqual([false, true, true]);
    expect(counts()).toEqual([0, 0, 0]);
  });

  test('is not sent again when an event says that SES took it', async () => {
    answer(failed);
    const request = message();
    world.intake.put(request);
    await world.runOnce();
    await hearOf(request, 'deliverydelay');
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted/settled']);
    expect(marks()).toEqual([false]);
    expect(counts()).toEqual([1, 1, 0]);
  });

  test.each([
    ['throttled', { kind: 'throttled' }],
    ['unreachable', { kind: 'retry', reason: 'unreachable' }],
  ] as const)('is another case than one it never took: %s', async (_, refusal) => {
    answer(...Array(4).fill({ ok: false, refusal, detail: '' }));
    world.intake.put(message());
    await world.settle();
    expect(new Set(marks())).toEqual(new Set([false]));
  });
});

test('a batch of fifty that dies anywhere repeats one attempt at most and loses nobody', async () => {
  world = await createDispatchWorld(dynamo, { ratePerSecond: 5 });
  let repeats = 0;
  // Every await would take too long; the step meets each kind of call in each of the five attempts.
  for (const [first, when] of [
    [1, 'after'],
    [10, 'before'],
  ] as const)
    for (let call = first; ; call += 19) {
      const request = batch(addresses(50));
      world.sesCalls.length = 0;
      world.counts.clear();
      world.intake.put(request);
      world.faults.plan({ call, when, kind: 'dead' });
      await world.runOnce();
      const struck = world.faults.struck();
      world.faults.plan(undefined);
      await world.settle();
      if (!struck) break;
      const where = `${when} call ${call}, ${struck.at}`;
      expect(await world.outcomes(request), where).toEqual(Array(50).fill('accepted'));
      const sent = Map.groupBy(world.sesCalls, ({ recipientIndex }) => recipientIndex);
      const twice = [...sent.values()].filter((calls) => calls.length > 1);
      expect(sent.size, where).toBe(50);
      expect(new Set(twice.map(([one]) => one?.attemptId)).size, where).toBeLessThanOrEqual(1);
      for (const [before, again, more] of twice)
        expect([before?.again, again?.again, more], where).toEqual([undefined, true, undefined]);
      expect(twice.length, where).toBeLessThanOrEqual(10);
      const [ambiguous = 0, , resent = 0] = counts();
      expect(ambiguous, where).toBeLessThanOrEqual(10);
      // What died before its turn counts as ambiguous as well: nobody can tell the two apart.
      expect(resent, where).toBe(ambiguous);
      expect(resent, where).toBeGreaterThanOrEqual(twice.length);
      repeats += twice.length;
    }
  expect(repeats).toBeGreaterThan(0);
});

describe('what attempts said outlives them', () => {
  test('a half sent batch that was held for long goes to the others alone', async () => {
    const request = batch(addresses(4));
    const refused = new Set([1, 2]);
    world.answer = (mail) => {
      if (mail.recipientIndex === 3) {
        const rejected = { kind: 'reject', reason: 'content-rejected' } as const;
        return { ok: false, refusal: rejected, detail: 'MessageRejected' };
      }
      return refused.delete(mail.recipientIndex) ? failed : accepted(mail);
    };
    world.intake.put(request);
    await world.runOnce();
    await world.setTenant({ tenant: 'default', status: 'held' });
    await world.settle();
    const before = world.sesCalls.length;
    await forgetAttempts(request);
    expect(await world.outcomes(request)).toEqual([
      'accepted/settled',
      'held/tenant-held',
      'held/tenant-held',
      'rejected/content-rejected',
    ]);
    await world.setTenant({ tenant: 'default', status: 'active' });
    world.intake.put(request);
    await world.settle();
    expect(world.sesCalls.slice(before).map(({ recipientIndex }) => recipientIndex)).toEqual([
      1, 2,
    ]);
  });

  test('an ambiguous mail that a person was left with stays left', async () => {
    world = await createDispatchWorld(dynamo, { policy: { ambiguous: 'leave' } });
    answer(noAnswer);
    const request = message();
    world.intake.put(request);
    await world.settle();
    await forgetAttempts(request);
    world.intake.put(request);
    await world.settle();
    expect(marks()).toEqual([false]);
    expect(await world.outcomes(request)).toEqual(['parked/ambiguous']);
  });

  test('what a dead process never began is sent, and only the rest is left to a person', async () => {
    world = await createDispatchWorld(dynamo, {
      policy: { ambiguous: 'leave' },
      ratePerSecond: 5,
    });
    const request = batch(addresses(30));
    world.intake.put(request);
    // Attempts of ten: the process dies when SES has the first mail of the second.
    let sentCount = 0;
    const { send } = world.ports;
    await world.runOnce({
      send: async (mail) => {
        sentCount += 1;
        if (sentCount <= 10) return send(mail);
        return dieAfter(mail);
      },
    });
    await world.settle();
    const outcomes = await world.outcomes(request);
    expect(outcomes.slice(0, 10)).toEqual(Array(10).fill('accepted'));
    expect(outcomes.slice(10, 20)).toEqual(Array(10).fill('parked/ambiguous'));
    expect(outcomes.slice(20)).toEqual(Array(10).fill('accepted'));
    expect(world.parked).toHaveLength(1);
    for (const { body } of world.parked.splice(0)) world.intake.redrive(body);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(Array(30).fill('accepted'));
  });

  test('an attempt lives longer than its request, but not as long as a request may wait', async () => {
    const request = message();
    world.intake.put(request);
    await world.settle();
    const seen = await mustRead(request);
    const [attempt] = await readAttempts({ ...world.tables.ledger, keepDays: 30 }, seen.attemptIds);
    const days = ((attempt?.ttl ?? 0) - seen.ttl) / 86_400;
    expect(days).toBeGreaterThanOrEqual(2);
    expect(days).toBeLessThan(10);
  });
});

describe('a request item is one write unit', () => {
  test.each([
    ['of a message', () => message({ id: `order-${'9'.repeat(30)}` }), 500],
    ['of a batch of fifty in attempts of ten', () => batch(addresses(50)), 1024],
  ])('%s', async (_, newRequest, bytesMax) => {
    world = await createDispatchWorld(dynamo, { ratePerSecond: 5 });
    const request = newRequest();
    world.intake.put(request);
    await world.settle();
    const bytes = storedBytes(toItem(await mustRead(request)));
    expect(bytes).toBeGreaterThan(250);
    expect(bytes).toBeLessThanOrEqual(bytesMax);
  });
});

/** SES takes the mail, and the process dies with the next thing it does. */
async function dieAfter(mail: Mail): Promise<SendAnswer> {
  const answered = await world.ports.send(mail);
  world.faults.plan({ call: 1, when: 'before', kind: 'dead' });
  return answered;
}

async function mustRead(request: Body) {
  const ledger = { ...world.tables.ledger, keepDays: 30 };
  const found = await readRequest(ledger, await messageIdOf(request));
  if (!found) throw new Error('the ledger does not know the request');
  return found;
}

/** Lets DynamoDB forget what was handed to SES, as it does after its time to live. */
async function forgetAttempts(request: Body): Promise<void> {
  const { dynamo: client, name } = world.tables.ledger;
  for (const id of (await mustRead(request)).attemptIds)
    await client.send(
      new DeleteItemCommand({ TableName: name, Key: toItem(ledgerKeys.attempt(id)) }),
    );
}
