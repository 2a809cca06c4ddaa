/** Mail that its pool lost is sent once more through another: proven, once, within limits, and never otherwise. */
import { describe, expect, test } from 'vitest';
import { writeAllowance } from '../../adapters/allowance-store.ts';
import { readJournal } from '../../adapters/journal-store.ts';
import { bucketAt } from '../../contract/attempt-id.ts';
import { metrics } from '../../contract/metrics.ts';
import { writeRescue } from '../../contract/rescue.ts';
import { epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import type { SesCall } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { type Body, batch, message, newId } from '../support/requests.ts';
import { createRescueWorld, type RescueWorld } from '../support/rescue-world.ts';

const dynamo = await dynamoOfFile();

/** Sends a request and returns what SES was handed for it, in the order of its recipients. */
async function send(world: RescueWorld, request: Body): Promise<readonly [SesCall, ...SesCall[]]> {
  const before = world.sesCalls.length;
  world.intake.put(request);
  await world.settle(minuteMs);
  const [first, ...others] = world.sesCalls.slice(before);
  if (!first) throw new Error('SES was handed nothing');
  return [first, ...others];
}

/** A mail to Gmail that bounced because its pool was blocked. */
async function lose(
  world: RescueWorld,
  over: Body = {},
): Promise<{ readonly request: Body; readonly lost: SesCall }> {
  const request = message({ to: `${newId('r')}@gmail.com`, ...over });
  const [lost] = await send(world, request);
  await world.bounce(lost);
  return { request, lost };
}

describe('a mail that bounced because its pool was blocked', () => {
  test('is sent again as it was through the pool that takes its place, and is delivered then', async () => {
    const world = await createRescueWorld(dynamo, { tells: ['accepted'] });
    const { request, lost } = await lose(world, { tags: { campaign: 'spring' } });
    await world.decide();
    expect(await world.outcomes(request)).toEqual(['bounced/blocklist-dnsbl']);
    world.askFor(lost);
    await world.runOnce();
    const [again, ...others] = world.rescued();
    expect(others).toEqual([]);
    expect(again?.request).toEqual(lost.request);
    const { pool, provider, messageId, recipientIndex, configurationSet } = again ?? {};
    expect({ pool, provider, messageId, recipientIndex, configurationSet }).toEqual({
      ...{ pool: 'spare', provider: 'gmail', messageId: lost.messageId, recipientIndex: 0 },
      configurationSet: 'test-transactional-spare',
    });
    expect(await world.outcomes(request)).toEqual(['accepted/rescued']);
    expect(world.told.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['accepted', undefined],
      ['accepted', 'rescued'],
    ]);
    if (again) await world.deliver(again);
    expect(await world.outcomes(request)).toEqual(['delivered']);
    const facts = (await world.outcome(request))?.recipients[0]?.facts ?? [];
    expect(facts.map(({ what }) => what)).toEqual(['accepted', 'bounce', 'accepted', 'delivery']);
    expect(world.counts.get(metrics.rescued)).toBe(1);
    const journal = await readJournal(world.tables.ledger, bucketAt(world.time.clock()));
    expect(journal.flatMap(({ entries }) => entries.map(({ e, p }) => [e, p]))).toContainEqual([
      'rescue',
      'spare',
    ]);
  });

  test('is no proven duplicate, however late its events come; a third mail would be', async () => {
    const world = await createRescueWorld(dynamo);
    const { lost } = await lose(world);
    await world.decide();
    world.askFor(lost);
    await world.runOnce();
    const [again] = world.rescued();
    if (!again) throw new Error('nothing was rescued');
    world.time.advance(hourMs);
    await world.deliver(again);
    expect(world.duplicates()).toBe(0);
    await world.deliver({ ...again, attemptId: again.attemptId.replace(/.$/, '_') });
    expect(world.duplicates()).toBe(1);
  });

  test('that bounces again stays bounced, and is not sent a third time', async () => {
    const world = await createRescueWorld(dynamo);
    const { request, lost } = await lose(world);
    await world.decide();
    world.askFor(lost);
    await world.runOnce();
    const [again] = world.rescued();
    if (again) await world.bounce(again);
    expect(await world.outcomes(request)).toEqual(['bounced/blocklist-dnsbl']);
    world.askFor(lost);
    await world.settle();
    expect(world.rescued()).toHaveLength(1);
  });

  test('is sent again alone, where others of its batch have their mail', async () => {
    const world = await createRescueWorld(dynamo);
    const request = batch([
      { to: 'a@gmail.com', data: { name: 'Ada' } },
      { to: { address: 'b@gmail.com', name: 'Bob' }, data: { name: 'Bob' } },
      { to: 'c@gmail.com', data: { name: 'Cy' } },
    ]);
    const [first, second] = await send(world, request);
    await world.deliver(first);
    if (second) await world.bounce(second);
    await world.decide();
    for (const recipientIndex of [0, 1, 2]) world.askFor({ ...first, recipientIndex });
    await world.settle(4 * hourMs);
    expect(
      world
        .rescued()
        .map(({ recipientIndex, recipient, data }) => [
          recipientIndex,
          recipient.address.address,
          recipient.name,
          data['name'],
        ]),
    ).toEqual([[1, 'b@gmail.com', 'Bob', 'Bob']]);
    expect(await world.outcomes(request)).toEqual(['delivered', 'accepted/rescued', 'accepted']);
  });

  test('leaves once, however often and whenever it is asked for', async () => {
    const world = await createRescueWorld(dynamo);
    const { lost } = await lose(world);
    await world.decide();
    for (let times = 0; times < 15; times += 1) world.askFor(lost);
    const twin = world.askFor(lost);
    await Promise.all([world.runOnce(), world.runOnce()]);
    await world.settle(hourMs);
    world.intake.redeliver(twin);
    await world.settle();
    expect(world.rescued()).toHaveLength(1);
    expect(world.counts.get(metrics.rescued)).toBe(1);
  });

  test.each(['before', 'after'] as const)(
    'leaves once at most, whichever call a process dies %s, and surely where no attempt says that SES was called',
    async (when) => {
      const world = await createRescueWorld(dynamo);
      await world.decide({ volumes: { 'spare#gmail': 100_000 } });
      let call = 1;
      for (; ; call += 1) {
        await world.move('shared');
        world.time.advance(3_000);
        const { request, lost } = await lose(world);
        await world.move('spare');
        world.time.advance(3_000);
        world.askFor(lost);
        world.faults.plan({ call, when, kind: 'dead' });
        await world.runOnce();
        const struck = world.faults.struck();
        world.faults.plan(undefined);
        await world.settle(2 * hourMs);
        const sent = world.rescued().filter(({ messageId }) => messageId === lost.messageId);
        const about = `call ${call}, ${when} ${struck?.at}`;
        expect(sent.length, about).toBeLessThanOrEqual(1);
        // The claim is the first item that is put, the attempt the second.
        const puts = struck?.begun.filter((name) => name === 'PutItemCommand').length ?? 0;
        const isSaid =
          puts > 1 && !(when === 'before' && struck?.begun.at(-1) === 'PutItemCommand');
        if (!isSaid) expect(sent, about).toHaveLength(1);
        if (struck) continue;
        expect(await world.outcomes(request)).toEqual(['accepted/rescued']);
        break;
      }
      expect(call).toBeGreaterThan(10);
    },
  );

  test('waits while the target’s allowance is spent, and leaves within the next', async () => {
    const world = await createRescueWorld(dynamo);
    const { lost } = await lose(world);
    await world.decide();
    const now = world.time.clock();
    await writeAllowance(world.tables.pacing, {
      ...{ pool: 'spare', provider: 'gmail', cap: 0, periodMs: hourMs },
      firstResetsAt: epochMs(now + hourMs),
    });
    world.askFor(lost);
    await world.settle(30 * minuteMs);
    expect(world.rescued()).toEqual([]);
    await writeAllowance(world.tables.pacing, {
      ...{ pool: 'spare', provider: 'gmail', cap: 1, periodMs: hourMs },
      firstResetsAt: epochMs(now + hourMs),
    });
    await world.settle(3 * hourMs);
    expect(world.rescued()).toHaveLength(1);
  });

  test('is a hundredth of the target’s mail at most', async () => {
    const world = await createRescueWorld(dynamo);
    const all: SesCall[] = [];
    for (let index = 0; index < 5; index += 1) all.push((await lose(world)).lost);
    await world.decide({ volumes: { 'spare#gmail': 399 } });
    for (const lost of all) world.askFor(lost);
    await world.settle(5 * hourMs);
    expect(world.rescued()).toHaveLength(3);
  });
});

describe('nothing is sent again', () => {
  const cases: readonly (readonly [string, string, (world: RescueWorld) => Promise<SesCall>])[] = [
    [
      'where no decision covers it: whoever writes to the queue can only ask',
      'not-decided',
      async (world) => (await lose(world)).lost,
    ],
    [
      'of which a delivery was seen, in whatever order',
      'delivered',
      async (world) => {
        const { lost } = await lose(world);
        await world.deliver(lost);
        await world.decide();
        return lost;
      },
    ],
    [
      'that bounced for the recipient’s sake',
      'not-a-block',
      async (world) => {
        const [lost] = await send(world, message({ to: 'gone@gmail.com' }));
        await world.bounce(lost, 'smtp; 550 5.1.1 The email account does not exist', 'NoEmail');
        await world.decide();
        return lost;
      },
    ],
    [
      'whose tenant is at fault',
      'not-the-pool',
      async (world) => {
        const { lost } = await lose(world);
        await world.decide({ cause: 'tenant×provider', region: { tenant: 'default' } });
        return lost;
      },
    ],
    [
      'that went to another provider than the one that refuses',
      'not-the-pool',
      async (world) => {
        const { lost } = await lose(world, { to: 'a@yahoo.com' });
        await world.decide();
        return lost;
      },
    ],
    [
      'that left before the trouble began',
      'not-the-pool',
      async (world) => {
        const { lost } = await lose(world);
        world.time.advance(minuteMs);
        await world.decide({ since: world.time.clock() });
        return lost;
      },
    ],
    [
      'of a sender that was named as a cause',
      'suspected',
      async (world) => {
        const { lost } = await lose(world);
        await world.decide({ suspects: [{ identity: 'sender.example' }] });
        return lost;
      },
    ],
    [
      'of a tenant against whom an order stands, wherever it holds',
      'suspected',
      async (world) => {
        const { lost } = await lose(world);
        await world.order({ region: { tenant: 'default', provider: 'yahoo' } });
        await world.decide();
        return lost;
      },
    ],
    [
      'of a tenant that is held meanwhile',
      'not-admitted',
      async (world) => {
        const { lost } = await lose(world);
        await world.setTenant({ tenant: 'default', status: 'held' });
        world.time.advance(10 * minuteMs);
        await world.decide();
        return lost;
      },
    ],
    [
      'to a recipient that is suppressed meanwhile',
      'suppressed',
      async (world) => {
        const { lost } = await lose(world, { to: 'stop@gmail.com' });
        await world.suppress('stop@gmail.com');
        await world.decide();
        return lost;
      },
    ],
    [
      'whose time is over',
      'not-admitted',
      async (world) => {
        const expiresAt = new Date(world.time.clock() + 10 * minuteMs).toISOString();
        const { lost } = await lose(world, { expiresAt });
        world.time.advance(20 * minuteMs);
        await world.decide();
        return lost;
      },
    ],
    [
      'whose content was forgotten',
      'forgotten',
      async (world) => {
        const { lost } = await lose(world);
        world.bucket.clear();
        await world.decide();
        return lost;
      },
    ],
    [
      'that nobody knows',
      'unproven',
      async (world) => {
        const { lost } = await lose(world);
        await world.decide();
        return { ...lost, messageId: 'u'.repeat(22) };
      },
    ],
  ];

  test.each(cases)('%s', async (_, why, prepare) => {
    const world = await createRescueWorld(dynamo);
    const lost = await prepare(world);
    world.askFor(lost);
    await world.settle(2 * hourMs);
    expect(world.rescued()).toEqual([]);
    expect(world.unrescued()).toEqual([why]);
    expect(world.intake.size() + world.later.keys().length).toBe(0);
  });

  test('where the stream does not rescue, or automation is off', async () => {
    const world = await createRescueWorld(dynamo);
    const { lost } = await lose(world);
    await world.decide();
    world.askFor(lost);
    const { rescue: _, ...policy } = world.ports.policy;
    await world.runOnce({ policy });
    expect(world.unrescued()).toEqual(['not-decided']);
  });

  test('while it may still arrive; it is looked at until its time is over', async () => {
    const world = await createRescueWorld(dynamo);
    const [lost] = await send(world, message({ to: 'slow@gmail.com' }));
    await world.decide();
    world.askFor(lost);
    await world.settle(2 * hourMs);
    expect([world.rescued(), world.unrescued()]).toEqual([[], []]);
    await world.bounce(lost);
    await world.settle(2 * hourMs);
    expect(world.rescued()).toHaveLength(1);
  });

  test('that SES may have once more than it bounced', async () => {
    const world = await createRescueWorld(dynamo);
    const request = message({ to: 'twice@gmail.com' });
    const taken = world.answer;
    world.answer = () => {
      world.answer = taken;
      return { ok: false, refusal: { kind: 'unknown', reason: 'no-answer' }, detail: 'lost' };
    };
    world.intake.put(request);
    await world.settle(hourMs);
    const [, second] = world.sesCalls;
    if (!second) throw new Error('it was not sent again');
    await world.bounce(second);
    await world.decide({ since: epochMs(0) });
    world.askFor(second);
    await world.settle();
    expect(world.rescued()).toEqual([]);
    expect(world.unrescued()).toEqual(['not-decided']);
  });
});

describe('what our own time limit ended', () => {
  const timeout = 'CustomTimeoutExceeded';

  test('goes back to its pool where that is still assigned, beyond the hundredth', async () => {
    const world = await createRescueWorld(dynamo);
    const [lost] = await send(world, message({ to: 'late@gmail.com' }));
    await world.bounce(lost, '', timeout);
    await world.decide({ volumes: {} });
    await world.move('shared');
    world.time.advance(3_000);
    world.askFor(lost);
    await world.runOnce();
    expect(world.rescued().map(({ pool }) => pool)).toEqual(['shared']);
  });

  test('leaves through another where its own has been left', async () => {
    const world = await createRescueWorld(dynamo);
    const [lost] = await send(world, message({ to: 'late@gmail.com' }));
    await world.bounce(lost, '', timeout);
    await world.decide();
    world.askFor(lost);
    await world.runOnce();
    expect(world.rescued().map(({ pool }) => pool)).toEqual(['spare']);
  });
});

test('a body that only looks like it is refused as any unreadable request', async () => {
  const world = await createRescueWorld(dynamo);
  const body = writeRescue({ rescue: 'd1', messageId: 'm'.repeat(22), recipientIndex: 0 });
  world.intake.put(body.replace('mmmm', 'm m'));
  await world.settle();
  expect(world.rejected).toHaveLength(1);
});
