/** One step that fails, one item that cannot be read, one call that SES refuses: none of them stops the loop. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { toItem } from '../../adapters/items.ts';
import { putOrder } from '../../adapters/standing-store.ts';
import type { RotationPolicy } from '../../contract/environment.ts';
import { assignmentKeys, directoryKeys, evidenceKeys } from '../../contract/table-keys.ts';
import type { Region } from '../../domain/evidence/model.ts';
import type { Action, Decision, Order } from '../../domain/rotation/model.ts';
import { epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import type { RotationPorts } from '../../lambdas/rotation/ports.ts';
import { setAside } from '../../lambdas/rotation/set-aside.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createRotationWorld, type RotationWorld } from '../support/rotation-world.ts';

const dynamo = await dynamoOfFile();

const act: RotationPolicy['autonomy'] = {
  ...{ 'quarantine-ip': 'act', move: 'act', quarantine: 'act' },
  ...{ 'hold-pair': 'act', 'hold-tenant': 'act', slow: 'act' },
};

const away = (what: string) => () => Promise.reject(new Error(`${what} is away`));

const tenants = ['acme', 'bolt', 'core', 'dune', 'echo'];

/** Three tenants through pool a and two through pool b, to three providers. */
async function everybodySends(world: RotationWorld): Promise<void> {
  for (const [index, tenant] of tenants.entries())
    for (const provider of ['gmail', 'microsoft', 'yahoo'])
      await world.send(
        { tenant, identity: `${tenant}.example`, provider, pool: index < 3 ? 'a' : 'b' },
        20,
      );
}

/** An address that a list names and SES will not move. */
async function stuckWorld() {
  const world = await createRotationWorld(dynamo, { autonomy: act });
  const stuck = world.another({
    readListings: async () => new Map([['192.0.2.1', ['spamhaus-css']]]),
    moveAddress: away('the address'),
  });
  for (const tenant of ['acme', 'bolt', 'core'])
    await world.send({ tenant, identity: `${tenant}.example` }, 100);
  return { world, stuck };
}

/** The queue gives a message that failed again, before any other. */
async function deliver(world: RotationWorld, run: RotationWorld['run'], times: number) {
  world.pass(minuteMs);
  const record = { queueMessageId: `tick-${world.now()}`, body: '{"kind":"schedule"}' };
  const failed: boolean[] = [];
  for (let time = 0; time < times; time += 1) failed.push((await run([record])).length > 0);
  return failed;
}

describe('a step that keeps failing', () => {
  test('is given up after three times, with a page and a record of what was not done', async () => {
    const { world, stuck } = await stuckWorld();
    expect(await deliver(world, stuck, 3)).toEqual([true, true, false]);
    expect((await world.ports.readPending()).pending).toBeUndefined();
    const given = (await world.decisions()).filter(({ page }) => page?.includes('failed 3 times'));
    expect(given).toMatchObject([{ done: false, actions: [{ kind: 'quarantine-ip' }] }]);
    expect(given[0]?.evidence.join('\n')).toMatch(/not carried out: .*the address is away/);
    expect(world.told.notices.map(({ text }) => text).join()).toContain('the address is away');
    expect(await deliver(world, stuck, 1)).toEqual([false]);
    expect(world.addresses.get('a')).toContain('192.0.2.1');
  });

  test('keeps what was done beside it as done, and those behind it are tried', async () => {
    const world = await createRotationWorld(dynamo);
    const stuck = world.another({
      putStanding: away('the table of standings'),
      putAssignment: async (item, before) =>
        item.sk === 'provider#microsoft' ? world.ports.putAssignment(item, before) : false,
    });
    const words = { do: 'quarantine', pool: 'a', provider: 'microsoft' } as const;
    const { id, queueMessageId } = await world.command(words, stuck);
    const again = [{ queueMessageId, body: '{"kind":"schedule"}' }];
    await stuck(again);
    expect(await stuck(again)).toEqual([]);
    expect(await world.pools('marketing', 'microsoft')).toEqual(['b']);
    const [done, left] = await world.decisions();
    expect(done).toMatchObject({ id, done: true, actions: [{ kind: 'move' }, { kind: 'move' }] });
    expect(left).toMatchObject({
      id: `${id}-left`,
      done: false,
      actions: [{ kind: 'quarantine' }],
    });
    await world.command({ do: 'undo', decision: id });
    expect(await world.pools('marketing', 'microsoft')).toEqual(['a', 'b']);
  });

  test('never lets an address leave its pool before its mail has', async () => {
    const world = await createRotationWorld(dynamo);
    const pools = [{ pool: 'b', weight: 1 }];
    const before = [{ pool: 'a', weight: 1 }];
    const actions: readonly Action[] = [
      { kind: 'move', stream: 'marketing', provider: '*', before, pools },
      { kind: 'quarantine-ip', ip: '192.0.2.1', from: 'a' },
    ];
    const decision: Decision = {
      ...{ id: 'd1', at: world.now(), autonomy: 'act', done: true, actions },
      ...{ evidence: ['9 of 31 mails blocked'], counterEvidence: [] },
    };
    const stuck = { ...world.ports, putAssignment: away('the table of assignments') };
    await setAside([decision], stuck, world.now());
    expect(world.addresses.get('quarantine')).toEqual([]);
    await setAside([decision], world.ports, world.now());
    expect(world.addresses.get('quarantine')).toEqual(['192.0.2.1']);
  });

  test('does not keep a person from the switch, which holds before anything else of the batch', async () => {
    const { world, stuck } = await stuckWorld();
    expect(await deliver(world, stuck, 1)).toEqual([true]);
    const command = { do: 'automation', state: 'off', by: 'ada', why: 'ticket 12' };
    const records = [
      { queueMessageId: 'tick-2', body: '{"kind":"schedule"}' },
      { queueMessageId: 'off', body: JSON.stringify({ kind: 'command', command }) },
    ];
    expect(await stuck(records)).toEqual(['tick-2']);
    expect(await world.ports.readAutomation()).toMatchObject({ state: 'off', by: 'ada' });
    expect((await world.decisions()).at(-1)).toMatchObject({ evidence: ['automation is off'] });
  });

  test.each<[string, Partial<RotationPorts>]>([
    ['the bus', { publish: away('the bus') }],
    ['the topic', { notify: away('the topic') }],
  ])('is only logged where %s is away', async (_, over) => {
    const world = await createRotationWorld(dynamo, { autonomy: act });
    const silent = world.another({
      ...over,
      readListings: async () => new Map([['192.0.2.1', ['spamhaus-css']]]),
    });
    expect(await deliver(world, silent, 1)).toEqual([false]);
    expect(world.addresses.get('quarantine')).toEqual(['192.0.2.1']);
    expect(world.told.lines).toContain('rotation.untold');
  });

  test('after the minute’s decisions stops neither the other work nor the queue', async () => {
    const world = await createRotationWorld(dynamo);
    await putOrder(world.tables.assignments, 'marketing', anOrder());
    world.pass(3 * hourMs);
    const { failed } = await world.tick(world.another({ deleteOrder: away('the table') }));
    expect(failed).toEqual([]);
    expect(world.told.lines).toContain('failure Error: the table is away');
  });
});

describe('a storm of failures', () => {
  const body = (...regions: readonly Region[]) => JSON.stringify({ kind: 'failures', regions });
  const tick = { queueMessageId: 'tick', body: '{"kind":"schedule"}' };
  const storm = [
    { queueMessageId: 'f1', body: body({ pool: 'a', provider: 'gmail' }) },
    { queueMessageId: 'f2', body: body({ tenant: 'acme' }, { pool: 'a', provider: 'gmail' }) },
    { queueMessageId: 'f3', body: body({ tenant: 'bolt' }) },
  ];

  test('is one look for the messages that follow on each other', async () => {
    const world = await createRotationWorld(dynamo);
    let looks = 0;
    const counting = world.another({
      readPoolStandings: () => {
        looks += 1;
        return world.ports.readPoolStandings();
      },
    });
    expect(await counting([...storm, tick, ...storm])).toEqual([]);
    expect(looks).toBe(3);
  });

  test('finds what any of its messages names', async () => {
    const world = await createRotationWorld(dynamo, { autonomy: act });
    for (let minute = 0; minute < 10; minute += 1) {
      await everybodySends(world);
      world.pass(minuteMs);
    }
    await world.tick();
    await everybodySends(world);
    for (const tenant of tenants.slice(0, 3))
      await world.fail({ tenant, identity: `${tenant}.example` }, 6);
    world.pass(3 * secondMs);
    const last = { queueMessageId: 'f4', body: body({ pool: 'a', provider: 'microsoft' }) };
    expect(await world.run([...storm, last])).toEqual([]);
    expect(await world.pools('transactional', 'microsoft')).toEqual(['b']);
  });

  test('comes again where the function’s time is nearly over, the first look always done', async () => {
    const world = await createRotationWorld(dynamo);
    expect(await world.run([tick, ...storm], 10 * secondMs)).toEqual(['f1', 'f2', 'f3']);
    expect(await world.run(storm, 10 * secondMs)).toEqual([]);
  });
});

describe('after a pause', () => {
  /** A few seconds of mail to one provider, of which pool a's is refused once in eight minutes: nobody's fault. */
  const healthy = async (world: RotationWorld, minute: number) => {
    for (const [index, tenant] of tenants.entries())
      await world.send({ tenant, identity: `${tenant}.example`, pool: index < 3 ? 'a' : 'b' }, 60);
    const tenant = tenants[minute % 3] ?? 'acme';
    const recipientDomain = `d${minute}`;
    if (minute % 8 === 0)
      await world.fail({ tenant, identity: `${tenant}.example` }, 1, { recipientDomain });
  };

  test('nothing is decided on failures of mail whose sending is not counted yet', async () => {
    const world = await createRotationWorld(dynamo, { autonomy: act });
    for (let minute = 0; minute < 4; minute += 1) {
      await healthy(world, minute);
      await world.tick();
    }
    for (let minute = 0; minute < 240; minute += 1) {
      await healthy(world, minute);
      world.pass(minuteMs);
    }
    const back = world.another();
    for (let minute = 0; minute < 10; minute += 1) await world.tick(back);
    const decisions = await world.decisions();
    expect(decisions.flatMap(({ actions }) => actions)).toEqual([]);
    expect(world.told.lines.filter((line) => line.startsWith('failure'))).toEqual([]);
    expect(world.told.lines.filter((line) => line === 'rotation.behind')).toHaveLength(8);
  });

  test('what failed meanwhile is heard of once the sending is counted, whatever asks', async () => {
    const world = await createRotationWorld(dynamo, { autonomy: act });
    for (let minute = 0; minute < 4; minute += 1) await world.tick();
    for (let minute = 0; minute < 50; minute += 1) {
      await everybodySends(world);
      if (minute >= 20 && minute < 28)
        for (const tenant of tenants.slice(0, 3))
          await world.fail({ tenant, identity: `${tenant}.example` }, 6);
      world.pass(minuteMs);
    }
    await world.tick();
    expect(await world.decisions()).toEqual([]);
    await world.ask({ kind: 'failures', regions: [{ pool: 'a', provider: 'microsoft' }] });
    expect((await world.decisions()).map(({ cause }) => cause?.kind)).toContain('pool×provider');
  });
});

describe('an item that cannot be read', () => {
  beforeEach(() => {
    vi.spyOn(console, 'log').mockImplementation(() => {});
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('is left out, and the run goes on with the others', async () => {
    const world = await createRotationWorld(dynamo, { autonomy: act });
    const at = new Date(world.now()).toISOString();
    const odd = { decision: '{', id: 'odd', at: world.now(), ttl: 1 };
    await put(world, 'evidence', { ...evidenceKeys.decision(at.slice(0, 7), at, 'odd'), ...odd });
    const failures = evidenceKeys.failuresOf(at.slice(0, 13));
    await put(world, 'evidence', { pk: failures, sk: `${at}#odd`, key: 7 });
    await put(world, 'assignments', assignmentKeys.order('marketing', 'odd'));
    await put(world, 'assignments', assignmentKeys.standing('a', 'odd'));
    await put(world, 'assignments', assignmentKeys.provider('marketing', 'odd'));
    await put(world, 'directory', directoryKeys.stream('odd'));
    expect((await world.tick()).failed).toEqual([]);
    expect(console.log).toHaveBeenCalledWith(expect.stringContaining('item.unreadable'));
    await world.command({ do: 'hold', region: { tenant: 'acme' }, forMs: hourMs });
    expect(await world.orders('marketing')).toMatchObject([{ region: { tenant: 'acme' } }]);
  });

  test('where it is the switch itself keeps the loop still until the next word', async () => {
    const world = await createRotationWorld(dynamo);
    await put(world, 'assignments', { ...assignmentKeys.automation, state: 'halt' });
    expect(await world.ports.readAutomation()).toMatchObject({ state: 'freeze' });
    await put(world, 'assignments', { ...assignmentKeys.automation, state: 'off' });
    expect(await world.ports.readAutomation()).toMatchObject({ state: 'off' });
    await world.command({ do: 'automation', state: 'on' });
    expect(await world.ports.readAutomation()).toMatchObject({ state: 'on', by: 'ada' });
  });

  test('where it was begun is crossed out', async () => {
    const world = await createRotationWorld(dynamo);
    const pending = { messageId: 'm', decisions: ['{'] };
    await put(world, 'evidence', { ...evidenceKeys.cursor('pending'), pending });
    expect((await world.tick()).failed).toEqual([]);
    expect((await world.ports.readPending()).pending).toBeUndefined();
  });
});

test('the log of seven days is read once, then what is new, and what another environment settled is known', async () => {
  const world = await createRotationWorld(dynamo);
  const since: number[] = [];
  const reading = world.another({
    readDecisions: (from, now) => {
      since.push(now - from);
      return world.ports.readDecisions(from, now);
    },
  });
  const forMs = hourMs;
  const { id } = await world.command({ do: 'hold', region: { tenant: 'acme' }, forMs }, reading);
  world.pass(10 * minuteMs);
  await world.tick(reading);
  await world.tick(reading);
  expect(since.map((ms) => ms > hourMs)).toEqual([true, false, false]);
  world.pass(10 * minuteMs);
  await world.command({ do: 'undo', decision: id });
  const { id: second } = await world.command({ do: 'undo', decision: id }, reading);
  const refused = (await world.decisions()).find((one) => one.id === second);
  expect(refused?.evidence[0]).toContain('was undone already');
});

test('an order of a stream that is no longer configured is taken away when it has ended', async () => {
  const world = await createRotationWorld(dynamo);
  await put(world, 'directory', {
    ...directoryKeys.stream('gone'),
    ...{ stream: 'gone', pools: { a: 0 }, retiring: {} },
  });
  await putOrder(world.tables.assignments, 'gone', anOrder());
  await world.tick();
  expect(await world.orders('gone')).toHaveLength(1);
  world.pass(3 * hourMs);
  await world.tick();
  expect(await world.orders('gone')).toEqual([]);
});

test('SES’s answer about a pool’s addresses stands until the next one, and no answer stops nothing', async () => {
  const world = await createRotationWorld(dynamo);
  const asked: string[] = [];
  const looked: number[] = [];
  let isBusy = true;
  const throttled = world.another({
    readAddresses: async (pool) => {
      asked.push(pool);
      if (isBusy && pool === 'b') throw new Error('TooManyRequestsException');
      return world.addresses.get(pool) ?? [];
    },
    readListings: async (ips) => {
      looked.push(ips.length);
      return new Map();
    },
  });
  for (let minute = 0; minute < 2; minute += 1)
    expect((await world.tick(throttled)).failed).toEqual([]);
  expect(asked).toEqual(['a', 'b', 'quarantine', 'b']);
  isBusy = false;
  await world.tick(throttled);
  isBusy = true;
  world.pass(20 * minuteMs);
  await world.tick(throttled);
  expect(looked).toEqual([2, 2, 3, 3]);
});

function anOrder(): Order {
  const since = epochMs(Date.parse('2026-03-02T12:00:00Z'));
  return {
    ...{ id: 'd1.1', kind: 'hold', region: { tenant: 'x' }, share: 0, since, decision: 'd1' },
    until: epochMs(since + hourMs),
  };
}

async function put(
  world: RotationWorld,
  name: 'assignments' | 'directory' | 'evidence',
  item: object,
): Promise<void> {
  const { dynamo: client, name: TableName } = world.tables[name];
  await client.send(new PutItemCommand({ TableName, Item: toItem(item) }));
}
