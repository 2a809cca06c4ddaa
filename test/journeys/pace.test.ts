/**
 * Goal: when SES takes less than we believe, mail waits and all of it arrives, each once. Method: the
 * account's rate falls without a word, then comes back.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequestOutcome } from '../../contract/recipient-outcomes.ts';
import { message, newId } from '../support/requests.ts';
import { changeAccount, mailsTo } from './support/mailboxes.ts';
import { outcomeOf, until, untilOne } from './support/outcomes.ts';
import { changeRate, readSendRate } from './support/pace.ts';
import { newTenant, openWorld, type World } from './support/world.ts';

const tenant = 'acme';
let world: World;

beforeAll(async () => {
  world = await openWorld({ journey: 'pace', stack: 'many' });
  await newTenant(world, tenant);
});

afterAll(() => world.close());

describe('the rate that SES allows', { concurrent: false }, () => {
  test("the account's new rate reaches dispatch by the schedule, and its quota the metrics", async () => {
    expect(await readSendRate(world)).toBe(500);
    await changeRate(world, 321);
    expect(await readSendRate(world)).toBe(321);
    const metrics = await until(
      async () => world.logs.filter((line) => line.includes('"QuotaUsed')),
      (lines) => lines.length > 0,
    );
    expect(metrics[0]).toContain('"SendingEnabled":1');
  });

  test('above a rate that SES lowered without a word nothing is lost, and each arrives once', async () => {
    const ids = Array.from({ length: 20 }, () => newId());
    const to = (id: string) => `${id}@recipient.example`;
    await changeAccount(world, { maxSendRate: 2 });
    await world.enqueue(ids.map((id) => message({ id, tenant, to: to(id) })));
    const seen = await until(
      () => Promise.all(ids.map((id) => outcomeOf(world, { id, tenant }))),
      (all) => all.every((one) => one?.state === 'waiting' || firstOutcome(one) === 'delivered'),
    );
    const throttled = seen.filter((one) =>
      one?.recipients[0]?.facts.some(({ reason }) => reason === 'throttled'),
    );
    expect(throttled.length).toBeGreaterThan(0);
    await changeAccount(world, { maxSendRate: 500 });
    for (const id of ids) {
      await untilOne(world, { id, tenant }, 'delivered');
      expect(await mailsTo(world, to(id))).toHaveLength(1);
    }
  });
});

function firstOutcome(found: RequestOutcome | undefined): string | undefined {
  return found?.recipients[0]?.outcome;
}
