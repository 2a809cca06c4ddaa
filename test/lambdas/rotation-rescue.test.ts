/** After a verdict against a pool, rotation says what may be sent again and asks dispatch for it. */
import { describe, expect, test } from 'vitest';
import { readRescues } from '../../adapters/rescue-store.ts';
import type { RotationPolicy } from '../../contract/environment.ts';
import { type RescueItem, type RescueRequest, readRescue } from '../../contract/rescue.ts';
import { messageTag } from '../../contract/tags.ts';
import { orderFor } from '../../domain/rotation/orders.ts';
import { epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { askForRescues, type RescuePorts } from '../../lambdas/rotation/rescues.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addFailures, now, originsOf, situationOf, streamOf } from '../support/rotation.ts';
import { createRotationWorld, type RotationWorld } from '../support/rotation-world.ts';

const dynamo = await dynamoOfFile();

const tenants = ['acme', 'bolt', 'core', 'dune', 'echo'];
const poolOf = (index: number) => (index < 3 ? 'a' : 'b');

const policy: Partial<RotationPolicy> = {
  streams: { transactional: { lane: 'transactional', rescue: true }, marketing: {} },
  autonomy: { move: 'act', quarantine: 'act', rescue: 'act' },
};

const openRescue: RescueItem = {
  ...{ pk: '', sk: '', id: 'r1', from: 'a', to: 'b', cause: 'pool×provider' },
  region: { pool: 'a', provider: 'gmail' },
  since: epochMs(now - 10 * minuteMs),
  until: epochMs(now + 5 * hourMs),
  ...{ suspects: [], volumes: {}, askedUntil: epochMs(0) },
};

let messages = 0;

/** A world in which Microsoft has refused pool a since three seconds, eighteen mails of three tenants. */
async function blocked(over: Partial<RotationPolicy> = {}) {
  const world = await createRotationWorld(dynamo, { ...policy, ...over });
  const asked: (RescueRequest & { readonly stream: string; readonly group?: string })[] = [];
  const sqs = { isUp: true };
  const run = world.another({
    askDispatch: async (stream, bodies) => {
      if (!sqs.isUp) return bodies.map(() => false);
      for (const { body, group, delaySeconds = 0 } of bodies) {
        // Dispatch knows for up to two seconds less than stands in the table.
        expect(delaySeconds).toBeGreaterThan(2);
        const request = readRescue(body);
        if (request) asked.push({ ...request, stream, ...(group ? { group } : {}) });
      }
      return bodies.map(() => true);
    },
  });
  for (let minute = 0; minute < 10; minute += 1) {
    await everybodySends(world);
    world.pass(minuteMs);
  }
  await world.tick(run);
  await everybodySends(world);
  for (const tenant of tenants.slice(0, 3))
    for (let count = 0; count < 6; count += 1) await refuse(world, tenant);
  world.pass(3 * secondMs);
  await world.ask({ kind: 'failures', regions: [{ pool: 'a', provider: 'microsoft' }] }, run);
  return {
    world,
    asked,
    run,
    sqs,
    rescues: () => readRescues(world.tables.assignments, 'transactional'),
  };
}

async function everybodySends(world: RotationWorld): Promise<void> {
  for (const [index, tenant] of tenants.entries())
    await world.send({ tenant, identity: `${tenant}.example`, pool: poolOf(index) }, 20);
}

async function refuse(world: RotationWorld, tenant: string, heardAt = world.now()): Promise<void> {
  messages += 1;
  const key = `${messageTag(String(messages).padStart(22, 'm'), 4)}#block`;
  await world.fail({ tenant, identity: `${tenant}.example` }, 1, { key, heardAt });
}

const tenantsOf = (asked: readonly { readonly group?: string }[]) =>
  [...new Set(asked.map(({ group }) => group))].sort();

describe('a verdict against a pool', () => {
  test('lets what it lost be asked for once, within a minute, with the limits written before', async () => {
    const { world, asked, run, rescues } = await blocked();
    const [begun] = await rescues();
    expect(begun).toMatchObject({ from: 'a', to: 'b', cause: 'pool×provider', volumes: {} });
    expect(asked).toEqual([]);
    await world.tick(run);
    expect(asked).toHaveLength(18);
    expect(new Set(asked.map(({ messageId }) => messageId)).size).toBe(18);
    expect(asked[0]).toMatchObject({
      rescue: begun?.id,
      recipientIndex: 4,
      stream: 'transactional',
    });
    expect(tenantsOf(asked)).toEqual(['acme', 'bolt', 'core']);
    // Two tenants through pool b, eleven minutes of twenty mails each.
    const [open] = await rescues();
    expect(open?.volumes).toEqual({ 'b#microsoft': 440 });
    await world.tick(run);
    expect(asked).toHaveLength(18);
  });

  test('covers what bounces later of the mail that SES had already, until its time is over', async () => {
    const { world, asked, run, rescues } = await blocked();
    await world.tick(run);
    world.pass(hourMs);
    await refuse(world, 'acme');
    await world.tick(run);
    expect(asked).toHaveLength(19);
    // News of older mail are looked for every ten minutes only.
    await refuse(world, 'bolt', epochMs(world.now() - 9 * minuteMs));
    await world.tick(run);
    expect(asked).toHaveLength(20);
    world.pass(15 * hourMs);
    await world.tick(run);
    expect(await rescues()).toEqual([]);
  });

  test('leaves out who is held, and mail whose events carried no tag of ours', async () => {
    const { world, asked, run, rescues } = await blocked();
    const now = world.now();
    await world.ports.putOrder('marketing', {
      ...{ id: 'o1', kind: 'hold', region: { tenant: 'bolt', provider: 'gmail' }, share: 0 },
      ...{ since: now, until: epochMs(now + hourMs), decision: 'd1' },
    });
    await world.fail({}, 1, { key: 'an-ses-message-id_x#block', untagged: true });
    await world.tick(run);
    expect(asked).toHaveLength(12);
    expect(tenantsOf(asked)).toEqual(['acme', 'core']);
    expect((await rescues())[0]?.suspects).toEqual([{ tenant: 'bolt' }]);
  });

  test.each([
    ['two minutes', 2],
    ['the quarter of an hour that an undecided hold lasts', 15],
    ['an hour', 60],
  ])(
    'asks for the mail of who was suspected for %s as soon as nobody suspects them any more, once',
    async (_, minutes) => {
      const { world, asked, run } = await blocked();
      const since = world.now();
      const until = epochMs(since + minutes * minuteMs);
      await world.ports.putOrder('marketing', {
        ...{ id: 'o1', kind: 'hold', region: { tenant: 'bolt', provider: 'gmail' }, share: 0 },
        ...{ since, until, decision: 'd1' },
      });
      // Each tick comes a minute after the last.
      for (let minute = 1; minute < minutes; minute += 1) {
        await world.tick(run);
        expect(tenantsOf(asked)).toEqual(['acme', 'core']);
      }
      await world.tick(run);
      await world.tick(run);
      expect(tenantsOf(asked)).toEqual(['acme', 'bolt', 'core']);
      expect(asked).toHaveLength(18);
    },
  );

  test('asks again what SQS did not take, and nothing while automation is frozen', async () => {
    const { world, asked, run, sqs } = await blocked();
    await world.command({ do: 'automation', state: 'freeze' }, run);
    await world.tick(run);
    expect(asked).toEqual([]);
    await world.command({ do: 'automation', state: 'on' }, run);
    sqs.isUp = false;
    const { failed } = await world.tick(run);
    expect([failed, asked]).toEqual([[], []]);
    expect(world.told.lines.join()).toContain('SQS did not take every rescue');
    sqs.isUp = true;
    await world.tick(run);
    expect(asked).toHaveLength(18);
  });

  test.each<[string, Partial<RotationPolicy>]>([
    [
      'the stream does not rescue',
      { streams: { transactional: { lane: 'transactional' }, marketing: {} } },
    ],
    ['rescues are only observed', { autonomy: { move: 'act', quarantine: 'act' } }],
  ])('rescues nothing where %s', async (_, over) => {
    const { world, asked, run, rescues } = await blocked(over);
    await world.tick(run);
    expect([await rescues(), asked]).toEqual([[], []]);
  });
});

test('what an open rescue still looks at stays remembered, however much was asked for before', async () => {
  const stream = streamOf('transactional', { rescue: true });
  const situation = situationOf({ streams: [stream] });
  const lost = originsOf([stream]).filter(
    ({ pool, provider }) => pool === 'a' && provider === 'gmail',
  );
  const [suspect] = lost;
  for (const [place, origin] of lost.entries())
    addFailures(situation.book, [origin], {
      count: 1,
      key: `${messageTag(String(place).padStart(22, 'm'), 4)}#block`,
    });
  const rescues = [openRescue];
  const asked: string[] = [];
  const ports: RescuePorts = {
    readRescues: async () => rescues,
    putRescue: async (_, rescue) => {
      rescues.splice(0, 1, { pk: '', sk: '', ...rescue });
    },
    deleteRescue: async () => {},
    askDispatch: async (_, bodies) => {
      asked.push(...bodies.map(({ body }) => body));
      return bodies.map(() => true);
    },
  };
  const hold = orderFor(
    { region: { tenant: suspect?.tenant ?? '' }, share: 0, forMs: hourMs },
    'd1',
    { now, part: 1 },
  );
  const remembered = new Set(Array.from({ length: 20_000 }, (_, place) => `an-old-one\n${place}`));
  for (let minute = 0; minute < 30; minute += 1)
    await askForRescues(
      { ...situation, now: epochMs(now + minute * minuteMs), orders: [hold] },
      ports,
      remembered,
    );
  expect(asked.length).toBeGreaterThan(0);
  expect(new Set(asked).size).toBe(asked.length);
  expect(remembered.size).toBe(asked.length);
});
