/**
 * Goal: what is not the app's fault makes mail wait under its right name, and it leaves when the cause is
 * mended. Method: the SES account is broken in every way it can be, mended, and what waits redriven.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ParkReason, parkReasons } from '../../domain/reasons.ts';
import {
  findDeadQueues,
  listParked,
  lookedAtMax,
  redriveParked,
} from '../../operator/actions/parked.ts';
import { batch, message, newId } from '../support/requests.ts';
import { changeAccount, mailsTo, verify } from './support/mailboxes.ts';
import { outcomeOf, until, untilAll, untilOne } from './support/outcomes.ts';
import { invoke, newTenant, openWorld, redelivery, type World } from './support/world.ts';

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

const account = (broken: object, mended: object) => ({
  breakIt: () => changeAccount(world, broken),
  mendIt: () => changeAccount(world, mended),
});

const causes: readonly Cause[] = [
  {
    title: 'in the sandbox, to somebody who is not verified',
    reason: 'recipient-unverified-in-sandbox',
    ...account({ productionAccess: false }, { productionAccess: true }),
  },
  {
    title: 'from a domain whose DNS records are not there yet',
    reason: 'identity-unverified',
    from: 'ada@other.example',
    breakIt: () => verify(world, 'other.example', false),
    mendIt: () => verify(world, 'other.example'),
  },
  {
    title: 'while sending is paused',
    reason: 'sending-paused',
    ...account({ sendingEnabled: false }, { sendingEnabled: true }),
  },
  {
    title: 'while AWS has suspended the account',
    reason: 'account-suspended',
    ...account({ suspended: true }, { suspended: false }),
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
      (found) => found?.recipients.some(({ outcome }) => outcome === 'delivered'),
    );
    await changeAccount(world, { productionAccess: true });
    expect(seen?.recipients.map(({ outcome }) => outcome)).toEqual(['delivered', 'parked']);
    parked.push(id);
  });

  test('`dlq list` says what to do for each, and one redrive sends them all, each once', async () => {
    const queues = await findDeadQueues(world.backend, undefined);
    const { groups } = await listParked(world.backend, queues, { lookedAtMax });
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

  test('beyond the daily quota it waits in its queue, and leaves when SES allows more', async () => {
    const id = newId();
    const to = `${id}@recipient.example`;
    const request = message({ id, tenant, to });
    await changeAccount(world, { max24HourSend: 1 });
    const [messageId] = await world.enqueue([request]);
    const seen = await until(
      () => outcomeOf(world, { id, tenant }),
      (found) => found?.state === 'waiting',
    );
    expect(seen?.recipients[0]?.facts).toMatchObject([{ what: 'retry', reason: 'quota-spent' }]);
    expect(await waitingIn('transactional')).toBe(1);
    await changeAccount(world, { max24HourSend: 5_000_000 });
    // SQS would deliver it again after an hour; this is that delivery, an hour early.
    const failed = await invoke(world, world.names.dispatchFunction('transactional'), {
      Records: [redelivery(messageId, request)],
    });
    expect(failed).toBeUndefined();
    await untilOne(world, { id, tenant }, 'delivered');
    expect(await mailsTo(world, to)).toHaveLength(1);
  });
});

/** Returns how many messages of a stream's queue are hidden until their time comes. */
async function waitingIn(stream: string): Promise<number> {
  const depths = await world.runtime.queueDepths();
  return depths.find(({ name }) => name === world.names.intakeQueue(stream))?.inFlight ?? 0;
}
