/** Caps of pools whose warm-up is ours, as dispatch leases from them; and addresses on their way back. */
import { describe, expect, test } from 'vitest';
import { listAllowances, writeAllowance } from '../../adapters/allowance-store.ts';
import { dayMs, hourMs, minuteMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createRotationWorld, type RotationWorld } from '../support/rotation-world.ts';

const dynamo = await dynamoOfFile();

/** Caps of the day by pool and provider. */
async function capsOf(world: RotationWorld): Promise<Readonly<Record<string, number | undefined>>> {
  const all = await listAllowances(world.tables.pacing);
  return Object.fromEntries(
    all.map(({ pool, provider, dayCap }) => [`${pool} ${provider}`, dayCap]),
  );
}

const ours = { warmedByUs: ['a'] };
// Pool a has two addresses.
const first = {
  'a gmail': 100,
  'a microsoft': 100,
  'a yahoo': 60,
  'a apple': 40,
  'a gmx': 40,
  'a other': 100,
};

describe('a pool whose warm-up is ours', () => {
  test('has absolute caps from the first schedule on, and nobody is woken for it', async () => {
    const world = await createRotationWorld(dynamo, ours);
    await world.tick();
    expect(await capsOf(world)).toEqual(first);
    const states = async () => (await world.standings()).map(({ state }) => state);
    expect(new Set(await states())).toEqual(new Set(['cold']));
    await world.tick();
    expect(new Set(await states())).toEqual(new Set(['warming']));
    await world.tick();
    expect((await world.decisions()).map(({ done }) => done)).toEqual([true, true]);
    expect(world.told.notices).toEqual([]);
  });

  test('has them though automation is off, and they stay as they are then', async () => {
    const world = await createRotationWorld(dynamo, ours);
    await world.command({ do: 'automation', state: 'off' });
    await world.tick();
    expect(await capsOf(world)).toEqual(first);
    await usedDay(world);
    expect(await capsOf(world)).toEqual(first);
  });

  test.each<[string, { readonly autonomy?: { readonly grow: 'observe' } }, number]>([
    ['climbs a step each day that used its cap, whatever else is only watched', {}, 140],
    ['climbs no step where the configuration says grow: observe', observed(), 100],
  ])('%s', async (_, over, cap) => {
    const world = await createRotationWorld(dynamo, { ...ours, ...over });
    await world.tick();
    await world.tick();
    await usedDay(world);
    expect(await capsOf(world)).toMatchObject({ 'a gmail': cap, 'a yahoo': 60 });
  });

  test('that was warm before sends what somebody says it carried; undo takes that back', async () => {
    const world = await createRotationWorld(dynamo, ours);
    await world.tick();
    const words = { do: 'warm', pool: 'a', provider: 'gmail', perDay: 40_000 } as const;
    const { id } = await world.command(words);
    expect(await capsOf(world)).toEqual({ ...first, 'a gmail': 40_000 });
    const said = (await world.decisions()).find((one) => one.id === id);
    expect(said).toMatchObject({ done: true, by: 'ada', why: 'ticket 12' });
    await world.command({ do: 'undo', decision: id });
    expect(await capsOf(world)).toEqual(first);
    const { id: refused } = await world.command({ ...words, pool: 'b' });
    expect((await world.decisions()).find((one) => one.id === refused)).toMatchObject({
      brake: 'refused',
      evidence: ['refused: pool b is not warmed up by us (pools.b.warmUp), so nothing caps it'],
    });
  });
});

test('a pool that SES warms up from now on loses the caps that we gave it', async () => {
  const world = await createRotationWorld(dynamo, ours);
  await world.tick();
  const pair = { pool: 'b', provider: 'gmail' };
  const span = { periodMs: hourMs, firstResetsAt: world.now() };
  await writeAllowance(world.tables.pacing, { ...pair, ...span, cap: 9 });
  const moved = world.another({ policy: { ...world.ports.policy, warmedByUs: [] } });
  await world.tick(moved);
  expect(Object.keys(await capsOf(world))).toEqual(['b gmail']);
  expect((await world.standings()).filter(({ warmth }) => warmth)).toEqual([]);
});

test('an address goes back to its pool when its day is over, by the autonomy of releases', async () => {
  const autonomy = { 'quarantine-ip': 'act', move: 'act', release: 'act' } as const;
  const world = await createRotationWorld(dynamo, { autonomy });
  const asked: string[][] = [];
  const lists = new Map([['192.0.2.1', ['spamhaus-css']]]);
  const run = world.another({
    readListings: async (ips) => {
      asked.push([...ips]);
      return new Map(ips.map((ip) => [ip, lists.get(ip) ?? []]));
    },
  });
  await world.tick(run);
  expect(world.addresses.get('quarantine')).toEqual(['192.0.2.1']);
  world.pass(dayMs + 11 * minuteMs);
  await world.tick(run);
  expect(asked.at(-1)).toContain('192.0.2.1');
  expect(world.addresses.get('a')).toEqual(['192.0.2.2']);
  lists.clear();
  await world.tick(run);
  expect(world.addresses.get('a')).toEqual(['192.0.2.2', '192.0.2.1']);
  expect(world.addresses.get('quarantine')).toEqual([]);
  expect((await world.decisions()).at(-1)?.evidence[0]).toContain('is on no blocklist');
});

function observed() {
  return { autonomy: { grow: 'observe' } } as const;
}

/** Sends as much to Gmail as the first day allows, and looks early the next day. */
async function usedDay(world: RotationWorld): Promise<void> {
  await world.send({ provider: 'gmail' }, 100);
  await world.tick();
  world.pass(12 * hourMs - 2 * minuteMs);
  for (let minute = 0; minute < 3; minute += 1) await world.tick();
}
