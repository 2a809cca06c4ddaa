/** What the reputation loop does with what it is asked; AWS besides its tables is plain values. */
import { describe, expect, test } from 'vitest';
import { readSentPeriods, type SentLevel, type SentPeriod } from '../../adapters/evidence-store.ts';
import { dayMs, epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import type { Window } from '../../lambdas/rotation/ports.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createRotationWorld, type RotationWorld } from '../support/rotation-world.ts';

const dynamo = await dynamoOfFile();

const tenants = ['acme', 'bolt', 'core', 'dune', 'echo'];
const providers = ['gmail', 'microsoft', 'yahoo'];

/** Ten minutes of mail of everybody through both pools to three providers, all of it fine. */
async function busy(world: RotationWorld): Promise<void> {
  for (let minute = 0; minute < 10; minute += 1) {
    await everybodySends(world);
    world.pass(minuteMs);
  }
  await world.tick();
}

async function everybodySends(world: RotationWorld): Promise<void> {
  for (const [index, tenant] of tenants.entries())
    for (const provider of providers)
      await world.send(
        { tenant, identity: `${tenant}.example`, provider, pool: poolOf(index) },
        20,
      );
}

const poolOf = (index: number) => (index < 3 ? 'a' : 'b');

/** One provider refuses pool a for every tenant on it; everything else goes on. */
async function blocked(world: RotationWorld): Promise<void> {
  await everybodySends(world);
  for (const tenant of tenants.slice(0, 3))
    await world.fail({ tenant, identity: `${tenant}.example` }, 6);
  world.pass(3 * secondMs);
  await world.ask({
    kind: 'failures',
    regions: [{ pool: 'a', provider: 'microsoft' }],
  });
}

describe('a pool that one provider refuses', () => {
  test('is left by that provider’s mail alone, and the record says why', async () => {
    const world = await createRotationWorld(dynamo, {
      autonomy: { move: 'act', quarantine: 'act', 'hold-pair': 'act', slow: 'act' },
    });
    await busy(world);
    await blocked(world);
    expect(world.told.lines.filter((line) => line.startsWith('failure'))).toEqual([]);
    expect(await world.pools('transactional', 'microsoft')).toEqual(['b']);
    expect(await world.pools('transactional', 'gmail')).toEqual(['a', 'b']);
    const decision = (await world.decisions()).find(({ actions }) =>
      actions.some(({ kind }) => kind === 'move'),
    );
    expect(decision).toMatchObject({ done: true, cause: { kind: 'pool×provider' } });
    expect(decision?.evidence.join('\n')).toMatch(/18 of 60 mails .*microsoft.*blocked/);
    expect(world.told.events.map(({ id }) => id)).toContain(decision?.id);
    expect(world.told.notices.map(({ text }) => text).join()).toContain(`undo ${decision?.id}`);
  });

  test('is left all the same when no event carries a tag, and no tenant is held', async () => {
    const world = await createRotationWorld(dynamo, {
      autonomy: { move: 'act', quarantine: 'act', 'hold-tenant': 'act', 'hold-pair': 'act' },
    });
    await busy(world);
    await everybodySends(world);
    for (const tenant of tenants.slice(0, 3))
      await world.fail({ tenant: '', identity: `${tenant}.example` }, 6, { untagged: true });
    world.pass(3 * secondMs);
    await world.ask({ kind: 'failures', regions: [{ pool: 'a', provider: 'microsoft' }] });
    expect(await world.pools('transactional', 'microsoft')).toEqual(['b']);
    expect(await world.orders('transactional')).toEqual([]);
    const [decision] = await world.decisions();
    expect(decision).toMatchObject({ cause: { kind: 'pool×provider', vouchedBy: { tenants: 3 } } });
  });

  test('is only written about while nothing more is allowed', async () => {
    const world = await createRotationWorld(dynamo);
    await busy(world);
    await blocked(world);
    expect(await world.pools('transactional', 'microsoft')).toEqual(['a', 'b']);
    const decisions = await world.decisions();
    expect(decisions.length).toBeGreaterThan(0);
    expect(decisions.filter(({ done }) => done)).toEqual([]);
  });
});

describe('a run that dies', () => {
  test('is finished by the next delivery: the same decision, each step once more or for the first time', async () => {
    const world = await createRotationWorld(dynamo);
    const putDecision = () => Promise.reject(new Error('the table is away'));
    const dying = world.another({ putDecision });
    const words = { do: 'quarantine', pool: 'a', provider: 'microsoft' } as const;
    const { failed, id, queueMessageId } = await world.command(words, dying);
    expect(failed).toEqual([queueMessageId]);
    const body = JSON.stringify({
      kind: 'command',
      command: { ...words, by: 'ada', why: 'ticket 12' },
    });
    expect(await world.run([{ queueMessageId, body }])).toEqual([]);
    expect(world.told.events.map((decision) => decision.id)).toEqual([id]);
    expect((await world.decisions()).map((decision) => decision.id)).toEqual([id]);
    expect(await world.pools('marketing', 'microsoft')).toEqual(['b']);
    expect(await world.standings()).toMatchObject([
      { pool: 'a', provider: 'microsoft', state: 'quarantined' },
    ]);
  });

  test('keeps those behind it in their order, and what cannot be read stops nobody', async () => {
    const world = await createRotationWorld(dynamo);
    const body = JSON.stringify({ kind: 'schedule' });
    const records = ['one', 'two'].map((queueMessageId) => ({ queueMessageId, body }));
    const dying = world.another({ readRolled: () => Promise.reject(new Error('away')) });
    expect(await dying(records)).toEqual(['one', 'two']);
    expect(await world.run([{ queueMessageId: 'odd', body: '{' }, ...records])).toEqual([]);
    expect(world.told.lines).toContain('rotation.unreadable');
  });
});

describe('what a person asks for', () => {
  test('is a decision under the id that follows from the message, with who and why', async () => {
    const world = await createRotationWorld(dynamo);
    const { id } = await world.command({ do: 'hold', region: { tenant: 'bolt' }, forMs: hourMs });
    expect(await world.orders('transactional')).toMatchObject([
      { kind: 'hold', region: { tenant: 'bolt' }, share: 0, decision: id },
    ]);
    expect(await world.decisions()).toMatchObject([
      { id, done: true, by: 'ada', why: 'ticket 12' },
    ]);
    await world.command({ do: 'undo', decision: id });
    expect(await world.orders('transactional')).toEqual([]);
    expect((await world.decisions()).find((one) => one.id === id)?.settled).toBe('undone');
  });

  test('where it cannot be done is written down as refused, and nothing changes', async () => {
    const world = await createRotationWorld(dynamo);
    await world.command({ do: 'quarantine', pool: 'zz', provider: '*' });
    await world.command({ do: 'release', pool: 'a', provider: '*' });
    await world.command({ do: 'undo', decision: 'none' });
    const pools = [{ pool: 'zz', weight: 1 }];
    const forMs = hourMs;
    await world.command({ do: 'override', stream: 'marketing', provider: '*', pools, forMs });
    const decisions = await world.decisions();
    expect(decisions.map(({ done, brake }) => [done, brake])).toEqual(
      decisions.map(() => [false, 'refused']),
    );
    expect(decisions.map(({ evidence }) => evidence[0])).toEqual(
      expect.arrayContaining([
        'refused: pool: got zz; allowed: a, b',
        'refused: pool: got zz; allowed for marketing: a, b',
      ]),
    );
    expect(await world.standings()).toEqual([]);
  });

  test('an override ends by itself, and what stood before returns', async () => {
    const world = await createRotationWorld(dynamo);
    const pools = [{ pool: 'b', weight: 1 }];
    const words = { do: 'override', stream: 'marketing', provider: '*', pools } as const;
    await world.command({ ...words, forMs: 5 * minuteMs });
    expect(await world.pools('marketing', 'gmail')).toEqual(['b']);
    world.pass(5 * minuteMs);
    await world.tick();
    expect(await world.pools('marketing', 'gmail')).toEqual(['a', 'b']);
    await world.tick();
    expect((await world.decisions()).map(({ settled }) => settled)).toEqual([
      'returned',
      undefined,
    ]);
  });

  test('one word returns to the assignment that stood while all was well', async () => {
    const world = await createRotationWorld(dynamo);
    await world.tick();
    await world.command({ do: 'quarantine', pool: 'a', provider: '*' });
    await world.tick();
    expect(await world.pools('transactional', 'gmail')).toEqual(['b']);
    await world.command({ do: 'last-good' });
    expect(await world.pools('transactional', 'gmail')).toEqual(['a', 'b']);
  });

  test('switches and autonomy hold from then on', async () => {
    const world = await createRotationWorld(dynamo);
    await world.command({ do: 'autonomy', kind: 'move', level: 'act' });
    await world.command({ do: 'automation', state: 'freeze' });
    expect(await world.ports.readAutomation()).toMatchObject({
      state: 'freeze',
      autonomy: { move: 'act' },
      by: 'ada',
    });
    await world.command({ do: 'automation', state: 'on' });
    const resumedAt = world.now();
    world.pass(minuteMs);
    await world.command({ do: 'autonomy', kind: 'move', level: 'observe' });
    expect(await world.ports.readAutomation()).toMatchObject({ state: 'on', resumedAt });
  });
});

describe('a proposal', () => {
  const veto = { move: 'veto', quarantine: 'veto', 'hold-pair': 'veto', slow: 'veto' } as const;

  test('is carried out when its time has come and nobody objected', async () => {
    const world = await createRotationWorld(dynamo, { autonomy: veto, vetoMinutes: 10 });
    await busy(world);
    await blocked(world);
    expect(await world.pools('transactional', 'microsoft')).toEqual(['a', 'b']);
    world.pass(10 * minuteMs);
    await world.tick();
    expect(await world.pools('transactional', 'microsoft')).toEqual(['b']);
    const done = (await world.decisions()).filter((one) => one.done);
    expect(done.map(({ settled }) => settled)).toContain('acted');
  });

  test('is not, when somebody objects; approval does it at once', async () => {
    const world = await createRotationWorld(dynamo, { autonomy: veto, vetoMinutes: 10 });
    await busy(world);
    await blocked(world);
    const found = (await world.decisions()).find(({ actions }) =>
      actions.some(({ kind }) => kind === 'move'),
    );
    const decision = found?.id ?? 'none';
    await world.command({ do: 'veto', decision });
    world.pass(10 * minuteMs);
    await world.tick();
    expect(await world.pools('transactional', 'microsoft')).toEqual(['a', 'b']);
    await world.command({ do: 'approve', decision });
    expect((await world.decisions()).at(-1)).toMatchObject({ brake: 'refused' });
  });
});

async function periodsOf(
  { tables }: RotationWorld,
  level: SentLevel,
  window: Window,
): Promise<readonly SentPeriod[]> {
  const found: SentPeriod[] = [];
  for await (const period of readSentPeriods(tables.evidence, level, window)) found.push(period);
  return found;
}

describe('the evidence', () => {
  test('of a minute is rolled up once it is settled, and another environment knows as much', async () => {
    const world = await createRotationWorld(dynamo);
    await world.send({}, 7);
    const at = world.now();
    for (let minute = 0; minute < 5; minute += 1) await world.tick();
    const window = { since: epochMs(at - minuteMs), until: world.now() };
    const [period, ...others] = await periodsOf(world, '1m', window);
    expect(others).toEqual([]);
    expect(period).toMatchObject({ start: at, rows: [{ count: 7 }] });
    const readJournal = () => Promise.reject(new Error('it stands rolled up'));
    const { failed } = await world.tick(
      world.another({ lastLeaseAt: async () => epochMs(0), readJournal }),
    );
    expect(failed).toEqual([]);
  });

  test('of a quiet minute costs no read of the journal', async () => {
    const world = await createRotationWorld(dynamo);
    for (let minute = 0; minute < 3; minute += 1) await world.tick();
    world.calls.length = 0;
    await world.tick();
    expect(world.reads).toEqual([]);
    // News of three hours (failures and what no provider saw), two streams, the pools, what is new in the log.
    const counts = Object.groupBy(world.calls, (call) => call);
    expect({ gets: counts['GetItem']?.length, queries: counts['Query']?.length }).toEqual({
      gets: 4,
      queries: 3 * 2 + 2 + 1 + 1,
    });
    expect(Object.keys(counts).sort()).toEqual(['GetItem', 'Query']);
  });

  test('of ten minutes stands together once they are over', async () => {
    const world = await createRotationWorld(dynamo);
    const start = world.now();
    for (let minute = 0; minute < 14; minute += 1) {
      await world.send({ campaign: `c${minute}` }, 1);
      await world.tick();
    }
    const window = { since: start, until: world.now() };
    const periods = await periodsOf(world, '10m', window);
    expect(periods).toMatchObject([{ start, rows: [{ origin: { campaign: '' }, count: 10 }] }]);
  });
});

test('the week is told once, to people and in the log', async () => {
  const world = await createRotationWorld(dynamo);
  await world.tick();
  await world.command({ do: 'hold', region: { tenant: 'bolt' }, forMs: hourMs });
  world.told.notices.length = 0;
  world.pass(7 * dayMs);
  await world.tick();
  await world.tick(world.another());
  expect(world.told.notices).toMatchObject([{ subject: expect.stringContaining('the week') }]);
  expect((await world.decisions()).at(-1)).toMatchObject({ by: 'the schedule', done: false });
});

test('a tenant is held for failures whose events carry no tag, by the domain that it alone sends from', async () => {
  const world = await createRotationWorld(dynamo, { autonomy: { 'hold-tenant': 'act' } });
  await busy(world);
  await everybodySends(world);
  for (const provider of providers)
    await world.fail({ tenant: '', identity: 'core.example', provider }, 8, { untagged: true });
  world.pass(3 * secondMs);
  await world.ask({ kind: 'failures', regions: [{ pool: 'a', provider: 'microsoft' }] });
  const [decision] = await world.decisions();
  expect(decision).toMatchObject({ done: true, cause: { region: { tenant: 'core' } } });
  const held = (await world.orders('transactional')).map(({ region }) => region);
  expect(held).toEqual([{ tenant: 'core' }]);
});
