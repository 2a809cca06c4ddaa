/**
 * Goal: what is not the app's fault makes mail wait under its right name, and it leaves when the cause is
 * mended. Method: the set-up is broken in ways that only a person mends, mended, and what waits redriven.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countQueue, readQueueUrl } from '../../adapters/intake.ts';
import { listLater } from '../../adapters/later-mail.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { type ParkReason, parkReasons } from '../../domain/reasons.ts';
import { hourMs } from '../../domain/time.ts';
import { findDeadQueues, listParked } from '../../operator/actions/parked.ts';
import { redriveParked } from '../../operator/actions/parked-move.ts';
import { lookedAtMax } from '../../operator/actions/parked-walk.ts';
import { batch, message, newId } from '../support/requests.ts';
import { changeAccount, mailsTo, verify } from './support/mailboxes.ts';
import { outcomeOf, until, untilAll, untilOne } from './support/outcomes.ts';
import { fireSchedule } from './support/schedules.ts';
import { newTenant, openWorld, type World } from './support/world.ts';

const tenant = 'acme';
let world: World;

beforeAll(async () => {
  world = await openWorld({ journey: 'waiting', stack: 'many' });
  await newTenant(world, tenant, ['sender.example', 'other.example']);
});

afterAll(() => world.close());

type Cause = {
  readonly title: string;
  readonly reason: ParkReason;
  readonly breakIt: () => Promise<void>;
  readonly mendIt: () => Promise<void>;
  readonly from?: string;
};

const causes: readonly Cause[] = [
  {
    title: 'in the sandbox, to somebody who is not verified',
    reason: 'recipient-unverified-in-sandbox',
    breakIt: () => changeAccount(world, { productionAccess: false }),
    mendIt: () => changeAccount(world, { productionAccess: true }),
  },
  {
    title: 'from a domain whose DNS records are not there yet',
    reason: 'identity-unverified',
    from: 'ada@other.example',
    breakIt: () => verify(world, 'other.example', false),
    mendIt: () => verify(world, 'other.example'),
  },
];

describe('mail that waits for a person', { concurrent: false }, () => {
  const parked: string[] = [];

  test.each(causes)('$title is parked as $reason', async ({ reason, breakIt, mendIt, from }) => {
    const id = newId();
    await breakIt();
    const to = `${id}@recipient.example`;
    await world.enqueue([message({ id, tenant, to, ...(from ? { from } : {}) })]);
    const { explanation, ...seen } = await untilOne(world, { id, tenant }, 'parked');
    await mendIt();
    expect(seen.reason).toBe(reason);
    expect(explanation).toBe(parkReasons[reason]);
    expect(await mailsTo(world, to)).toEqual([]);
    parked.push(id);
  });

  test('of a batch only those wait whom the sandbox refused', async () => {
    const id = newId();
    const recipients = ['verified@sender.example', `${id}@recipient.example`].map((to) => ({
      to,
      data: { name: 'Ada' },
    }));
    await changeAccount(world, { productionAccess: false });
    await world.enqueue([batch(recipients, { id, tenant })]);
    const seen = await until(
      () => outcomeOf(world, { id, tenant }),
      (found) => found?.recipients.every(({ outcome }) => /delivered|parked/.test(outcome)),
    );
    await changeAccount(world, { productionAccess: true });
    expect(seen?.recipients.map(({ outcome }) => outcome)).toEqual(['delivered', 'parked']);
    parked.push(id);
  });

  test('`dlq list` says what to do for each, and one redrive sends them all, each once', async () => {
    const queues = await findDeadQueues(world.backend, undefined);
    // The ledger may say so a moment before the queue holds the message.
    const { groups } = await until(
      () => listParked(world.backend, queues, { lookedAtMax }),
      (list) => list.groups.reduce((sum, { count }) => sum + count, 0) >= parked.length,
    );
    expect(groups.map(({ reason, remedy }) => [reason, remedy]).sort()).toEqual(
      causes.map(({ reason }) => [reason, parkReasons[reason]]).sort(),
    );
    const result = await redriveParked(world.backend, queues, {
      lookedAtMax,
      filter: {},
      dryRun: false,
      startedAt: Date.now(),
    });
    expect(result).toMatchObject({ redriven: parked.length, left: 0, failed: 0 });
    for (const id of parked) {
      await untilAll(world, { id, tenant }, 'delivered');
      expect(await mailsTo(world, `${id}@recipient.example`)).toHaveLength(1);
    }
    expect(await mailsTo(world, 'verified@sender.example')).toHaveLength(1);
    expect((await listParked(world.backend, queues, { lookedAtMax })).groups).toEqual([]);
  });
});

describe('mail that waits long leaves its queue', { concurrent: false }, () => {
  const hours = (count: number) => Date.now() + count * hourMs;
  /** Fires the schedule that returns mail, as if it were that time. */
  const returnMail = (asIfMs: number) => fireSchedule(world, world.names.dueFunction, asIfMs);

  test('until its sendAt, in a folder that sorts by time; what comes too early is put back', async () => {
    const id = newId();
    const sendAt = new Date(hours(2)).toISOString();
    const to = `${id}@recipient.example`;
    await world.enqueue([message({ id, tenant, to, sendAt })]);
    await untilOne(world, { id, tenant }, 'held');
    const [key] = await until(waitingKeys, (keys) => keys.length === 1);
    const place = `later/${sendAt.slice(0, 16)}Z/transactional/${messageIdOf(tenant, id)}-`;
    expect(key?.startsWith(place)).toBe(true);
    await until(queuedCount, (count) => count === 0);
    await returnMail(hours(1));
    expect(await waitingKeys()).toEqual([key]);
    // To the returning function it is two hours later, to dispatch it is not.
    await returnMail(hours(2));
    const [again] = await until(waitingKeys, ([one]) => one !== undefined && one !== key);
    expect(again?.startsWith(place)).toBe(true);
    expect(await mailsTo(world, to)).toEqual([]);
  });

  test('and comes back by itself: a refused mail too large for the parked queue', async () => {
    const id = newId();
    const to = `${id}@recipient.example`;
    const content = { subject: 'large', text: 'x'.repeat(1_045_000) };
    await verify(world, 'other.example', false);
    await world.enqueue([message({ id, tenant, to, from: 'ada@other.example', content })]);
    await untilOne(world, { id, tenant }, 'parked');
    await until(waitingKeys, (keys) => keys.length === 2);
    await verify(world, 'other.example');
    await returnMail(hours(1.1));
    await untilOne(world, { id, tenant }, 'delivered');
    expect(await mailsTo(world, to)).toHaveLength(1);
    await until(waitingKeys, (keys) => keys.length === 1);
  });
});

/** Returns the keys of mail that waits for a time. */
async function waitingKeys(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const keys of listLater(await world.backend.contentStore())) found.push(...keys);
  return found;
}

/** Returns how many messages the transactional queue holds, hidden ones included. */
async function queuedCount(): Promise<number> {
  const url = await readQueueUrl(world.backend.sqs, world.names.intakeQueue('transactional'));
  return countQueue(world.backend.sqs, url);
}
