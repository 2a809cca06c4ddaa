/** What is held undecided makes no news of its own, so the loop asks itself for the look that decides. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { minuteMs, secondMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createRotationWorld, type RotationWorld } from '../support/rotation-world.ts';

const dynamo = await dynamoOfFile();

const autonomy = { move: 'act', quarantine: 'act', 'hold-pair': 'act' } as const;

const failures = {
  kind: 'failures' as const,
  regions: [{ pool: 'a', provider: 'microsoft' }],
};

/** So few mails of two pools have left that nobody can tell the pool from the provider. */
async function undecidedWorld(): Promise<RotationWorld> {
  const world = await createRotationWorld(dynamo, { autonomy });
  await world.tick();
  const send = async (tenant: string, pool: string, count: number) =>
    world.send({ tenant, identity: `${tenant}.example`, pool }, count);
  for (const tenant of ['acme', 'bolt', 'core']) await send(tenant, 'a', 1);
  world.pass(11 * secondMs);
  for (const tenant of ['acme', 'bolt', 'core']) {
    await send(tenant, 'a', 1);
    await world.fail({ tenant, identity: `${tenant}.example` }, 1);
  }
  await send('dune', 'b', 1);
  return world;
}

afterEach(() => vi.restoreAllMocks());

describe('what a few failures cannot decide', () => {
  test('is held, and the loop asks itself to look again within seconds', async () => {
    const world = await undecidedWorld();
    await world.ask(failures);
    expect((await world.decisions()).at(-1)).toMatchObject({
      done: true,
      undecided: { intersection: { pool: 'a', provider: 'microsoft' } },
    });
    expect(world.again).toHaveLength(1);
    expect((world.again[0] ?? 0) - world.now()).toBeLessThanOrEqual(2 * secondMs);
  });

  test('is decided by that look once the mail of others has left; what was held goes on', async () => {
    const world = await undecidedWorld();
    await world.ask(failures);
    world.pass(2 * secondMs);
    for (const tenant of ['dune', 'echo'])
      await world.send({ tenant, identity: `${tenant}.example`, pool: 'b' }, 40);
    world.pass(11 * secondMs);
    await world.ask({ kind: 'again', notBefore: world.now() });
    const found = (await world.decisions()).find(({ cause }) => cause);
    expect(found?.cause).toMatchObject({ region: { pool: 'a', provider: 'microsoft' } });
    expect(await world.pools('transactional', 'microsoft')).toEqual(['b']);
    expect(await world.orders('transactional')).toEqual([]);
    expect(world.again).toHaveLength(1);
    await world.command({ do: 'undo', decision: found?.id ?? '' });
    expect(await world.pools('transactional', 'microsoft')).toEqual(['a', 'b']);
    expect(await world.orders('transactional')).toEqual([]);
  });

  test('is asked again only for a minute; then the schedule looks', async () => {
    const world = await undecidedWorld();
    await world.ask(failures);
    world.pass(minuteMs + secondMs);
    await world.ask({ kind: 'again', notBefore: world.now() });
    expect(world.again).toHaveLength(1);
  });

  test('waits for its moment, but not where somebody waits behind it', async () => {
    const world = await undecidedWorld();
    const again = { queueMessageId: 'again-1', body: '' };
    const asked = (notBefore: number) => JSON.stringify({ kind: 'again', notBefore });
    const before = world.now();
    await world.run([{ ...again, body: asked(before + secondMs) }]);
    expect(world.now()).toBe(before + secondMs);
    const schedule = { queueMessageId: 'schedule-1', body: '{"kind":"schedule"}' };
    await world.run([{ ...again, body: asked(before + 3 * secondMs) }, schedule]);
    expect(world.now()).toBe(before + secondMs);
  });

  test('a queue that cannot be asked stops nothing', async () => {
    const world = await undecidedWorld();
    const deaf = world.another({ askAgain: () => Promise.reject(new Error('queue away')) });
    await world.ask({ kind: 'alarm', what: 'reads what was sent' }, deaf);
    expect((await world.ask(failures, deaf)).failed).toEqual([]);
    expect(world.told.lines.join()).toContain('queue away');
  });
});
