/** What SES's refusals do to a mail: whose fault it is decides whether it is tried again, waits or ends. */
import { beforeAll, describe, expect, test } from 'vitest';
import { putEvent } from '../../adapters/event-store.ts';
import type { SendAnswer } from '../../adapters/ses-sender.ts';
import { metrics } from '../../contract/metrics.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import type { Refusal } from '../../domain/ses-failures.ts';
import { minuteMs, secondMs } from '../../domain/time.ts';
import { accepted, createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addresses, type Body, batch, message } from '../support/requests.ts';

const dynamo = await dynamoOfFile();
let resend: DispatchWorld;
let leave: DispatchWorld;

beforeAll(async () => {
  resend = await createDispatchWorld(dynamo);
  leave = await createDispatchWorld(dynamo, { policy: { ambiguous: 'leave' } });
});

const refuse = (refusal: Refusal): SendAnswer => ({ ok: false, refusal, detail: 'as SES said' });

function sent(world: DispatchWorld, request: Body): readonly number[] {
  return world.sesCalls
    .filter(({ request: one }) => one.id === request['id'])
    .map(({ recipientIndex }) => recipientIndex);
}

/** Lets SES refuse the first `times` calls and take the others. */
function refuseFirst(world: DispatchWorld, times: number, refusal: Refusal): void {
  let calls = 0;
  world.answer = (mail) => {
    calls += 1;
    return calls <= times ? refuse(refusal) : accepted(mail);
  };
}

/** Sends parked mail back to its queue, as `dlq redrive` does. */
async function redrive(world: DispatchWorld): Promise<readonly string[]> {
  const parked = world.parked.splice(0);
  for (const { body } of parked) world.intake.redrive(body);
  await world.settle();
  return parked.map(({ attributes }) => attributes['reason'] ?? '');
}

describe('a refusal that passes', () => {
  test.each([
    ['a throttle', { kind: 'throttled' }, 2],
    ['an unreachable endpoint', { kind: 'retry', reason: 'unreachable' }, 1],
    ['an answer 5xx', { kind: 'retry', reason: 'ses-error' }, 1],
    ['a spent quota', { kind: 'hold', reason: 'quota-spent' }, 3],
    ['a pause', { kind: 'hold', reason: 'sending-paused' }, 3],
    ['a suspended account', { kind: 'hold', reason: 'account-suspended' }, 3],
  ] as const)(
    '%s lets the mail wait and leaves one accepted outcome',
    async (_, refusal, times) => {
      refuseFirst(resend, times, refusal);
      const request = message();
      resend.intake.put(request);
      await resend.settle();
      expect(sent(resend, request)).toHaveLength(times + 1);
      expect(await resend.outcomes(request)).toEqual(['accepted']);
      expect(resend.parked).toEqual([]);
    },
  );

  test('of throttling is tried again at once in pace, then given back to the queue', async () => {
    refuseFirst(resend, 3, { kind: 'throttled' });
    const request = message();
    resend.intake.put(request);
    const before = resend.counts.get(metrics.throttled) ?? 0;
    await resend.runOnce();
    expect(sent(resend, request)).toHaveLength(3);
    expect((resend.counts.get(metrics.throttled) ?? 0) - before).toBe(3);
    expect(await resend.outcome(request)).toMatchObject({ state: 'waiting' });
    await resend.settle();
    expect(await resend.outcomes(request)).toEqual(['accepted']);
  });

  test.each(['quota-spent', 'sending-paused', 'account-suspended'] as const)(
    'as %s holds the mail, which the app sees, and never for longer than five minutes',
    async (reason) => {
      refuseFirst(resend, 12, { kind: 'hold', reason });
      const request = message();
      resend.intake.put(request);
      await resend.runOnce();
      expect(await resend.outcomes(request)).toEqual([`held/${reason}`]);
      await resend.settle();
      const times = resend.sesCalls
        .filter(({ request: one }) => one.id === request['id'])
        .map(({ at }) => at);
      expect(times).toHaveLength(13);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(5 * minuteMs + secondMs);
      expect(await resend.outcomes(request)).toEqual(['accepted']);
    },
  );

  test('is held however often it comes back, and never waits for a person', async () => {
    const before = resend.parked.length;
    refuseFirst(resend, 95, { kind: 'hold', reason: 'sending-paused' });
    const request = message();
    resend.intake.put(request);
    await resend.settle();
    expect(sent(resend, request)).toHaveLength(96);
    expect(await resend.outcomes(request)).toEqual(['accepted']);
    expect(resend.parked.length).toBe(before);
  });

  test('that concerns the whole stream is told to the switch, and a lost hint loses no mail', async () => {
    refuseFirst(resend, 1, { kind: 'hold', reason: 'sending-paused' });
    const request = message();
    resend.intake.put(request);
    const told: string[] = [];
    await resend.runOnce({
      hintSwitch: async (reason) => {
        told.push(reason);
        throw new Error('the table is away');
      },
    });
    expect(told).toEqual(['sending-paused']);
    expect(await resend.outcomes(request)).toEqual(['held/sending-paused']);
    await resend.settle();
    expect(await resend.outcomes(request)).toEqual(['accepted']);
  });

  test('of half a batch leaves the other half accepted and holds the rest', async () => {
    const refused = new Set([1]);
    resend.answer = (mail) =>
      refused.delete(mail.recipientIndex)
        ? refuse({ kind: 'hold', reason: 'quota-spent' })
        : accepted(mail);
    const request = batch(addresses(2));
    resend.intake.put(request);
    await resend.runOnce();
    expect(await resend.outcomes(request)).toEqual(['accepted', 'held/quota-spent']);
    await resend.settle();
    expect(await resend.outcomes(request)).toEqual(['accepted', 'accepted']);
  });

  test('for some recipients of a batch repeats those alone', async () => {
    const refused = new Set([1, 3]);
    resend.answer = (mail) =>
      refused.delete(mail.recipientIndex)
        ? refuse({ kind: 'retry', reason: 'ses-error' })
        : accepted(mail);
    const request = batch(addresses(5));
    resend.intake.put(request);
    await resend.settle();
    expect(sent(resend, request)).toEqual([0, 1, 2, 3, 4, 1, 3]);
    expect(await resend.outcomes(request)).toEqual(Array(5).fill('accepted'));
  });
});

describe('a refusal that ends a mail', () => {
  test.each(['content-rejected', 'template-unknown', 'ses-refused'] as const)(
    'as %s tells the app and is not tried again',
    async (reason) => {
      refuseFirst(resend, 1, { kind: 'reject', reason });
      const request = message();
      const queueMessageId = resend.intake.put(request);
      await resend.settle();
      resend.intake.redeliver(queueMessageId);
      await resend.settle();
      expect(sent(resend, request)).toEqual([0]);
      expect(await resend.outcomes(request)).toEqual([`rejected/${reason}`]);
      expect(resend.rejected.at(-1)).toMatchObject({
        reason,
        id: request['id'],
        recipientIndex: 0,
      });
    },
  );

  test('for one recipient of a batch ends it for that one alone', async () => {
    resend.answer = (mail) =>
      mail.recipientIndex === 1
        ? refuse({ kind: 'reject', reason: 'content-rejected' })
        : accepted(mail);
    const request = batch(addresses(3));
    resend.intake.put(request);
    await resend.settle();
    expect(await resend.outcomes(request)).toEqual([
      'accepted',
      'rejected/content-rejected',
      'accepted',
    ]);
  });
});

describe("a refusal that is the sender's set-up's fault", () => {
  test.each([
    'recipient-unverified-in-sandbox',
    'identity-unverified',
    'mail-from-unverified',
    'configuration-missing',
    'access-denied',
    'mail-unbuilt',
  ] as const)(
    'as %s parks the mail with its reason; mended, a redrive sends it once',
    async (reason) => {
      refuseFirst(resend, 1, { kind: 'park', reason });
      const request = message();
      resend.intake.put(request);
      await resend.settle();
      expect(await resend.outcomes(request)).toEqual([`parked/${reason}`]);
      expect(resend.parked.at(-1)?.attributes).toMatchObject({ reason, id: request['id'] });
      expect(await redrive(resend)).toEqual([reason]);
      expect(sent(resend, request)).toEqual([0, 0]);
      expect(await resend.outcomes(request)).toEqual(['accepted']);
    },
  );

  test('parks a batch whose accepted recipients are not sent to again by the redrive', async () => {
    const refused = new Set([0, 2]);
    resend.answer = (mail) =>
      refused.delete(mail.recipientIndex)
        ? refuse({ kind: 'park', reason: 'recipient-unverified-in-sandbox' })
        : accepted(mail);
    const request = batch(addresses(4));
    resend.intake.put(request);
    await resend.settle();
    expect(await resend.outcomes(request)).toEqual([
      'parked/recipient-unverified-in-sandbox',
      'accepted',
      'parked/recipient-unverified-in-sandbox',
      'accepted',
    ]);
    await redrive(resend);
    expect(sent(resend, request)).toEqual([0, 1, 2, 3, 0, 2]);
    expect(await resend.outcomes(request)).toEqual(Array(4).fill('accepted'));
  });

  test('redriven while it still stands parks the mail again, once', async () => {
    refuseFirst(resend, 2, { kind: 'park', reason: 'identity-unverified' });
    const request = message();
    resend.intake.put(request);
    await resend.settle();
    await redrive(resend);
    expect(resend.parked).toHaveLength(1);
    await redrive(resend);
    expect(await resend.outcomes(request)).toEqual(['accepted']);
  });

  test('redriven twice by mistake is sent once', async () => {
    refuseFirst(resend, 1, { kind: 'park', reason: 'identity-unverified' });
    const request = message();
    resend.intake.put(request);
    await resend.settle();
    resend.parked.push(...resend.parked);
    await redrive(resend);
    expect(sent(resend, request)).toEqual([0, 0]);
  });
});

describe('no answer from SES', () => {
  const noAnswer: Refusal = { kind: 'unknown', reason: 'no-answer' };

  /** What feedback writes when SES reports a delivery with our tag. */
  async function hearOf(world: DispatchWorld, request: Body): Promise<void> {
    const messageId = (await world.outcome(request))?.messageId ?? '';
    const at = world.time.clock();
    await putEvent(world.tables.ledger, {
      ...ledgerKeys.event(messageId, 0, 'delivery', 'digest'),
      kind: 'delivery',
      at,
      recipientIndex: 0,
      sesMessageId: 'ses-heard',
      outcome: 'delivered',
      ttl: Math.floor(at / 1000) + 86_400,
    });
  }

  test.each(['resend', 'leave'] as const)('is settled by an event of SES (%s)', async (policy) => {
    const world = policy === 'resend' ? resend : leave;
    refuseFirst(world, 1, noAnswer);
    const request = message();
    world.intake.put(request);
    await world.settle(minuteMs);
    expect(await world.outcomes(request)).toEqual(['pending/no-answer']);
    await hearOf(world, request);
    await world.settle();
    expect(sent(world, request)).toEqual([0]);
    expect(await world.outcomes(request)).toEqual(['delivered']);
    expect(world.parked).toEqual([]);
  });

  test('and no event within a quarter of an hour is sent again where the stream says resend', async () => {
    refuseFirst(resend, 1, noAnswer);
    const request = message();
    const start = resend.time.clock();
    resend.intake.put(request);
    await resend.settle();
    expect(sent(resend, request)).toEqual([0, 0]);
    expect((resend.sesCalls.at(-1)?.at ?? 0) - start).toBeGreaterThanOrEqual(15 * minuteMs);
    expect(await resend.outcomes(request)).toEqual(['accepted']);
  });

  test('is left to a person where the stream says leave; the redrive sends it', async () => {
    refuseFirst(leave, 1, noAnswer);
    const request = message();
    leave.intake.put(request);
    await leave.settle();
    expect(sent(leave, request)).toEqual([0]);
    expect(await leave.outcomes(request)).toEqual(['parked/ambiguous']);
    expect(await redrive(leave)).toEqual(['ambiguous']);
    expect(sent(leave, request)).toEqual([0, 0]);
    expect(await leave.outcomes(request)).toEqual(['accepted']);
  });

  test('and parked as ambiguous is not sent by SQS delivering the parked message again', async () => {
    refuseFirst(leave, 1, noAnswer);
    const request = message();
    const queueMessageId = leave.intake.put(request);
    await leave.settle();
    leave.intake.redeliver(queueMessageId);
    await leave.settle();
    expect(sent(leave, request)).toEqual([0]);
    expect(new Set(await redrive(leave))).toEqual(new Set(['ambiguous']));
    expect(sent(leave, request)).toEqual([0, 0]);
  });
});

test('a duplicate that an app enqueues is no redrive: an ambiguous mail stays left to a person', async () => {
  const world = await createDispatchWorld(dynamo, { policy: { ambiguous: 'leave' } });
  const request = message();
  let asked = 0;
  world.answer = (mail) => {
    asked += 1;
    return asked === 1
      ? { ok: false, refusal: { kind: 'unknown', reason: 'no-answer' }, detail: 'time-out' }
      : accepted(mail);
  };
  world.intake.put(request);
  world.intake.put(request);
  await world.settle();
  expect(asked).toBe(1);
  expect(await world.outcomes(request)).toEqual(['parked/ambiguous']);
});

test('mail that was tried about a hundred times waits for a person, with its reason', async () => {
  const world = await createDispatchWorld(dynamo);
  const request = message();
  world.answer = () => ({
    ok: false,
    refusal: { kind: 'retry', reason: 'ses-error' },
    detail: 'ServiceUnavailable',
  });
  world.intake.put(request);
  await world.settle();
  expect(await world.outcomes(request)).toEqual(['parked/waited-too-long']);
  expect(world.intake.receivesMax()).toBeLessThan(100);
});

test('a refusal that the bus did not take is told with the next delivery', async () => {
  const world = await createDispatchWorld(dynamo);
  const request = message();
  world.answer = () => ({
    ok: false,
    refusal: { kind: 'reject', reason: 'content-rejected' },
    detail: 'MessageRejected',
  });
  const told: string[] = [];
  let outages = 1;
  const publishRejected = async (events: readonly { readonly reason: string }[]) => {
    if (outages > 0) {
      outages -= 1;
      throw new Error('the bus is down');
    }
    told.push(...events.map(({ reason }) => reason));
  };
  world.intake.put(request);
  await world.runOnce({ publishRejected });
  world.time.advance(15 * 60 * 1000);
  await world.runOnce({ publishRejected });
  expect(told).toEqual(['content-rejected']);
});
