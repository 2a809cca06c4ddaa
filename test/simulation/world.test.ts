import { expect, test } from 'vitest';
import { names, type Streams } from '../../simulation/deployment.ts';
import type { Faults } from '../../simulation/network.ts';
import { createWorld, type World, type WorldOptions } from '../../simulation/world.ts';
import { batch, message } from '../support/requests.ts';

const streams: Streams = {
  transactional: {
    lane: 'transactional',
    ambiguous: 'resend',
    deliveryEvents: true,
    concurrency: 2,
  },
};

async function withWorld<T>(
  over: Partial<WorldOptions>,
  use: (world: World) => Promise<T>,
): Promise<T> {
  const world = await createWorld({ seed: 1, streams, ratePerSecond: 50, ...over });
  try {
    await world.putTenant('acme');
    return await use(world);
  } finally {
    await world.close();
  }
}

const enqueueMany = (world: World, count: number) => {
  for (let number = 0; number < count; number += 1)
    world.enqueue('transactional', message({ tenant: 'acme' }), 'acme');
};

test('mail flows through the real stages, and a minute of it is a moment', () =>
  withWorld({}, async (world) => {
    const before = world.scheduler.now();
    enqueueMany(world, 100);
    world.enqueue(
      'transactional',
      batch(
        ['a@recipient.example', 'b@recipient.example'].map((to) => ({ to, data: { name: to } })),
        { tenant: 'acme' },
      ),
      'acme',
    );
    await world.settle();
    expect(world.observer.acceptances).toHaveLength(102);
    expect(world.metrics.get('Feedback delivery')).toBe(102);
    expect(Object.fromEntries(world.failures)).toEqual({});
    // 102 mails at 50 a second, less what SES lets through at once.
    expect(world.scheduler.now() - before).toBeGreaterThan(1_000);
  }));

test('an environment that dies takes its calls with it, and its messages come back', () => {
  const calls = new Map<unknown, number>();
  const killed = new Set<unknown>();
  const faults: Faults = (call, process) => {
    calls.set(process, (calls.get(process) ?? 0) + 1);
    if (call.operation === 'SendEmail' && killed.size === 0) {
      killed.add(process);
      process.die();
      calls.set(process, 0);
    }
    return { kind: 'answered' };
  };
  return withWorld({ faults }, async (world) => {
    enqueueMany(world, 10);
    await world.settle();
    expect([...killed].map((process) => calls.get(process))).toEqual([0]);
    expect(world.queues.get(names.intakeQueue('transactional'))?.size()).toBe(0);
    expect(world.observer.acceptances.length).toBeGreaterThanOrEqual(10);
    expect(world.consumers.get(names.intakeQueue('transactional'))?.deaths()).toBe(1);
  });
});

test('mail that SES takes none of waits, and the queue is read again when SES takes it', () =>
  withWorld({}, async (world) => {
    await world.ses.change('account', { sendingEnabled: false });
    enqueueMany(world, 20);
    await world.settle(30 * 60_000);
    expect(world.observer.acceptances).toHaveLength(0);
    expect(world.consumers.get(names.intakeQueue('transactional'))?.isEnabled()).toBe(false);
    await world.ses.change('account', { sendingEnabled: true });
    await world.settle();
    expect(world.observer.acceptances).toHaveLength(20);
  }));
