/** SES's rate is used evenly and never exceeded; what does not fit into an invocation goes on in the next. */
import { describe, expect, test } from 'vitest';
import { writeAllowance } from '../../adapters/allowance-store.ts';
import { getItem } from '../../adapters/items.ts';
import { createPacer } from '../../adapters/pacing-store.ts';
import { allowanceItem } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { pacingKeys } from '../../contract/table-keys.ts';
import { epochMs, hourMs, secondMs } from '../../domain/time.ts';
import { accepted, createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addresses, type Body, batch, message } from '../support/requests.ts';

const dynamo = await dynamoOfFile();

function sent(world: DispatchWorld, request: Body): readonly number[] {
  return world.sesCalls
    .filter(({ request: one }) => one.id === request['id'])
    .map(({ recipientIndex }) => recipientIndex);
}

describe('an account that may send one recipient a second', () => {
  test('is handed one a second, in attempts of two', async () => {
    const world = await createDispatchWorld(dynamo, { ratePerSecond: 1 });
    const request = batch(addresses(25));
    world.intake.put(request);
    await world.settle();
    const times = world.sesCalls.map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(secondMs);
    const attempts = new Map<string, number>();
    for (const { attemptId } of world.sesCalls)
      attempts.set(attemptId, (attempts.get(attemptId) ?? 0) + 1);
    expect([...attempts.values()]).toEqual([...Array.from({ length: 12 }, () => 2), 1]);
  });

  test('takes several invocations for a large batch, and nobody is left out or repeated', async () => {
    const world = await createDispatchWorld(dynamo, { ratePerSecond: 1 });
    const requests = Array.from({ length: 5 }, (_, index) => batch(addresses(50, `b${index}-`)));
    for (const request of requests) world.intake.put(request);
    await world.runOnce();
    const first = world.sesCalls.length;
    expect(first).toBeGreaterThan(0);
    // An invocation lasts two minutes, so it cannot have handed over more than 120.
    expect(first).toBeLessThanOrEqual(120);
    await world.settle();
    const each = Array.from({ length: 50 }, (_, index) => index);
    for (const request of requests) {
      expect([...sent(world, request)].sort((a, b) => a - b)).toEqual(each);
      expect(await world.outcomes(request)).toEqual(Array(50).fill('accepted'));
    }
  });

  test('ends every invocation before its time is up', async () => {
    const world = await createDispatchWorld(dynamo, { ratePerSecond: 1 });
    for (let index = 0; index < 5; index += 1) world.intake.put(batch(addresses(50, `t${index}-`)));
    for (let runs = 0; runs < 3; runs += 1) {
      const start = world.time.clock();
      await world.runOnce();
      expect(world.time.clock() - start).toBeLessThanOrEqual(110 * secondMs);
      world.time.advance(60 * secondMs);
    }
  });
});

test('a faster account is never handed more in a second than its rate', async () => {
  const world = await createDispatchWorld(dynamo, { ratePerSecond: 14 });
  for (let index = 0; index < 40; index += 1) world.intake.put(message());
  world.intake.put(batch(addresses(50)));
  await world.settle();
  const times = world.sesCalls.map(({ at }) => at);
  expect(times).toHaveLength(90);
  for (const start of times)
    expect(times.filter((at) => at >= start && at < start + secondMs).length).toBeLessThanOrEqual(
      15,
    );
});

test('when the pace cannot be leased again, what SES said of the others is still recorded', async () => {
  const world = await createDispatchWorld(dynamo);
  const request = batch(addresses(5));
  let throttles = 0;
  const pacer = {
    ...world.ports.pacer,
    leaseThrottled: () => Promise.reject(new Error('DynamoDB throttles')),
  };
  world.answer = (mail) =>
    mail.recipientIndex === 2 && throttles++ === 0
      ? { ok: false, refusal: { kind: 'throttled' }, detail: 'Maximum sending rate exceeded.' }
      : accepted(mail);
  world.intake.put(request);
  await world.runOnce({ pacer });
  expect(await world.outcomes(request)).toEqual([
    'accepted',
    'accepted',
    'pending',
    'accepted',
    'accepted',
  ]);
  await world.settle();
  expect(sent(world, request)).toEqual([0, 1, 2, 3, 4, 2]);
});

test('eight batches at one recipient a second take little more than the rate asks for', async () => {
  const world = await createDispatchWorld(dynamo, { ratePerSecond: 1 });
  const start = world.time.clock();
  for (let index = 0; index < 8; index += 1)
    world.intake.put(batch(addresses(50, `eight-${index}-`)));
  await world.settle();
  expect(world.sesCalls).toHaveLength(400);
  expect((world.time.clock() - start) / secondMs).toBeLessThan(480);
});

test('when SES throttles all at once every mail is sent, and the account loses little time', async () => {
  const world = await createDispatchWorld(dynamo, { ratePerSecond: 14 });
  const request = batch(addresses(28));
  const start = world.time.clock();
  world.answer = (mail) =>
    world.time.clock() < start + 3 * secondMs
      ? { ok: false, refusal: { kind: 'throttled' }, detail: 'Maximum sending rate exceeded.' }
      : accepted(mail);
  world.intake.put(request);
  await world.settle();
  expect(await world.outcomes(request)).toEqual(Array(28).fill('accepted'));
  expect(world.counts.get(metrics.throttled)).toBeGreaterThan(28);
  expect(world.time.clock() - start).toBeLessThan(30 * secondMs);
});

describe('a transactional mail during a blast', () => {
  test('leaves at once, and none of the blast is lost', async () => {
    const world = await createDispatchWorld(dynamo, { ratePerSecond: 10 });
    const blast = await marketingPacer(world).lease(
      50,
      epochMs(world.time.clock() + 60 * secondMs),
    );
    expect(blast.kind).toBe('leased');
    const start = world.time.clock();
    world.intake.put(message());
    await world.runOnce();
    expect(world.sesCalls.map(({ at }) => at)).toEqual([start]);
  });
});

/** The marketing stream's pace, on the same account. */
function marketingPacer({ tables, time }: DispatchWorld) {
  return createPacer(tables.pacing, { lane: 'marketing', headroom: 1 }, time.clock);
}

describe('a recipient that is suppressed while the mail waits for its turn', () => {
  /** Mail that has to wait; the pause is where somebody is suppressed. */
  async function waiting(waitMs: number) {
    const world = await createDispatchWorld(dynamo, { ratePerSecond: 10 });
    await world.ports.pacer.lease(waitMs / 100, epochMs(world.time.clock() + 90 * secondMs));
    let paused = false;
    const suppressDuringPause = async (milliseconds: number) => {
      if (!paused) {
        paused = true;
        await world.suppress(addresses(3)[1] ?? '');
      }
      await world.time.pause(milliseconds);
    };
    return { world, suppressDuringPause };
  }

  test('is left out when the wait was long; the others get their mail', async () => {
    const { world, suppressDuringPause } = await waiting(20_000);
    const request = batch(addresses(3));
    world.intake.put(request);
    await world.runOnce({ pause: suppressDuringPause });
    expect(sent(world, request)).toEqual([0, 2]);
    await world.settle();
    expect(sent(world, request)).toEqual([0, 2]);
    expect(await world.outcomes(request)).toEqual(['accepted', 'suppressed/manual', 'accepted']);
    expect(world.failures).toEqual([]);
    expect(world.counts.get(metrics.ambiguous) ?? 0).toBe(0);
  });

  test('ends its request when it is the only one', async () => {
    const { world, suppressDuringPause } = await waiting(20_000);
    const request = message({ to: addresses(3)[1] });
    world.intake.put(request);
    await world.runOnce({ pause: suppressDuringPause });
    await world.settle();
    expect(world.sesCalls).toEqual([]);
    expect(await world.outcomes(request)).toEqual(['suppressed/manual']);
    expect(world.failures).toEqual([]);
  });

  test('is left out of a second try after SES throttled the first', async () => {
    const world = await createDispatchWorld(dynamo, { ratePerSecond: 10 });
    const request = message({ to: addresses(3)[1] });
    world.answer = async () => {
      await world.suppress(addresses(3)[1] ?? '');
      await world.ports.pacer.lease(200, epochMs(world.time.clock() + 90 * secondMs));
      return {
        ok: false,
        refusal: { kind: 'throttled' },
        detail: 'Maximum sending rate exceeded.',
      };
    };
    world.intake.put(request);
    await world.settle();
    expect(world.sesCalls).toHaveLength(1);
    expect(await world.outcomes(request)).toEqual(['suppressed/manual']);
  });

  test('costs a short wait no second look', async () => {
    const { world } = await waiting(3000);
    let looks = 0;
    const readSuppressions: DispatchWorld['ports']['readSuppressions'] = (questions, now) => {
      looks += 1;
      return world.ports.readSuppressions(questions, now);
    };
    world.intake.put(batch(addresses(3)));
    await world.runOnce({ readSuppressions });
    expect(world.sesCalls).toHaveLength(3);
    expect(looks).toBe(1);
  });

  test('lets the mail wait when the list cannot be read again', async () => {
    const { world } = await waiting(20_000);
    const request = batch(addresses(3));
    let looks = 0;
    const readSuppressions: DispatchWorld['ports']['readSuppressions'] = (questions, now) => {
      looks += 1;
      if (looks > 1) throw new Error('DynamoDB is down');
      return world.ports.readSuppressions(questions, now);
    };
    world.intake.put(request);
    await world.runOnce({ readSuppressions });
    expect(world.sesCalls).toEqual([]);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted', 'accepted', 'accepted']);
  });
});

describe('a pool with an allowance at a mailbox provider', () => {
  const gmail = ['a@gmail.com', 'b@googlemail.com', 'c@gmail.com'];

  async function allowing(cap: number) {
    const world = await createDispatchWorld(dynamo);
    await writeAllowance(world.tables.pacing, {
      pool: 'shared',
      provider: 'gmail',
      cap,
      periodMs: 24 * hourMs,
      firstResetsAt: epochMs(world.time.clock() + 6 * hourMs),
    });
    return world;
  }

  async function sentOf({ tables }: DispatchWorld): Promise<number | undefined> {
    const key = pacingKeys.allowance('shared', 'gmail');
    return (await getItem(tables.pacing, key, allowanceItem, { consistent: true }))?.sent;
  }

  test('sends what is left; the rest waits for the next period and everybody else goes on', async () => {
    const world = await allowing(2);
    const start = world.time.clock();
    const mixed = batch([...gmail, 'd@example.com']);
    world.intake.put(mixed);
    await world.runOnce();
    expect(sent(world, mixed)).toEqual([0, 1, 3]);
    expect(await world.outcomes(mixed)).toEqual([
      'accepted',
      'accepted',
      'held/allowance-spent',
      'accepted',
    ]);
    const other = message({ to: 'e@yahoo.com' });
    world.intake.put(other);
    await world.runOnce();
    expect(await world.outcomes(other)).toEqual(['accepted']);
    await world.settle(5 * hourMs);
    expect(world.sesCalls).toHaveLength(4);
    await world.settle();
    expect(sent(world, mixed)).toEqual([0, 1, 3, 2]);
    expect(world.sesCalls.at(-1)?.at).toBeGreaterThanOrEqual(start + 6 * hourMs);
    expect(await sentOf(world)).toBe(1);
  });

  test('leases none of the rate for mail that cannot go', async () => {
    const world = await allowing(0);
    let leases = 0;
    const pacer = {
      ...world.ports.pacer,
      lease: (...asked: Parameters<typeof world.ports.pacer.lease>) => {
        leases += 1;
        return world.ports.pacer.lease(...asked);
      },
    };
    world.intake.put(message({ to: gmail[0] }));
    await world.runOnce({ pacer });
    expect(leases).toBe(0);
    expect(world.sesCalls).toEqual([]);
  });

  test('does not count what SES refused', async () => {
    const world = await allowing(10);
    world.answer = (mail) =>
      mail.recipientIndex === 0
        ? { ok: false, refusal: { kind: 'reject', reason: 'content-rejected' }, detail: 'no' }
        : mail.recipientIndex === 1
          ? { ok: false, refusal: { kind: 'unknown', reason: 'no-answer' }, detail: 'time-out' }
          : accepted(mail);
    world.intake.put(batch(gmail));
    await world.runOnce();
    expect(await sentOf(world)).toBe(2);
  });

  test('lets its mail wait while the allowances cannot be read or written', async () => {
    const world = await allowing(10);
    const request = message({ to: gmail[0] });
    world.intake.put(request);
    const allowances = {
      ...world.ports.allowances,
      take: () => Promise.reject(new Error('DynamoDB is down')),
    };
    await world.runOnce({ allowances });
    expect(world.sesCalls).toEqual([]);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted']);
    expect(await sentOf(world)).toBe(1);
  });
});
