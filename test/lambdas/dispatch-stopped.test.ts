/** Whoever may not send any more while mail waits for its turn stops it within seconds. */
import { expect, test } from 'vitest';
import { metrics } from '../../contract/metrics.ts';
import { secondMs } from '../../domain/time.ts';
import { accepted, createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addresses, batch } from '../support/requests.ts';

const dynamo = await dynamoOfFile();

/** Sends ten campaigns at 14 a second, a good half minute, and calls back after the sixth second. */
async function sendFor(world: DispatchWorld, stop: () => Promise<void>, expiresAt?: string) {
  const start = world.time.clock();
  const requests = Array.from({ length: 10 }, (_, index) =>
    batch(addresses(50, `h${index}-`), { tenant: 'bad', ...(expiresAt ? { expiresAt } : {}) }),
  );
  for (const request of requests) world.intake.put(request);
  let stopped = false;
  world.answer = async (mail) => {
    if (!stopped && world.time.clock() - start > 6 * secondMs) {
      stopped = true;
      await stop();
    }
    return accepted(mail);
  };
  await world.runOnce();
  const lastMs = Math.max(...world.sesCalls.map(({ at }) => at)) - start;
  await world.settle(60 * secondMs);
  return { requests, lastMs };
}

const slow = { ratePerSecond: 14, policy: { lane: 'marketing' } } as const;

test.each([
  ['suspended', 'rejected/tenant-suspended'],
  ['held', 'held/tenant-held'],
] as const)(
  'a tenant that is %s in the middle of its campaigns sends no more after the directory was read again',
  async (status, outcome) => {
    const world = await createDispatchWorld(dynamo, slow);
    await world.setTenant({ tenant: 'bad' });
    const { requests, lastMs } = await sendFor(world, () =>
      world.setTenant({ tenant: 'bad', status }),
    );
    expect(lastMs).toBeLessThan(12 * secondMs);
    const found = await Promise.all(requests.map((request) => world.outcomes(request)));
    expect(new Set(found.flat())).toEqual(new Set(['accepted', outcome]));
    expect(found.flat().filter((one) => one === 'accepted')).toHaveLength(world.sesCalls.length);
    expect(world.counts.get(metrics.ambiguous) ?? 0).toBe(0);
  },
);

test('a campaign whose time is over in the middle sends nothing after it, and its rest is expired', async () => {
  const world = await createDispatchWorld(dynamo, slow);
  await world.setTenant({ tenant: 'bad' });
  const expiresAt = world.time.clock() + 10 * secondMs;
  const until = new Date(expiresAt).toISOString();
  const { requests } = await sendFor(world, async () => undefined, until);
  expect(world.sesCalls.filter(({ at }) => at >= expiresAt)).toEqual([]);
  expect(world.sesCalls.length).toBeGreaterThan(100);
  const found = await Promise.all(requests.map((request) => world.outcomes(request)));
  expect(new Set(found.flat())).toEqual(new Set(['accepted', 'expired/expired']));
});
