import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diceFor } from '../../simulation/dice.ts';
import { createQueue, type Queue, type QueueOptions } from '../../simulation/queue.ts';
import { createScheduler } from '../../simulation/scheduler.ts';

const visibilityMs = 30_000;

function setUp(options: Partial<QueueOptions> = {}) {
  const scheduler = createScheduler(0);
  const queue = createQueue(scheduler, diceFor(1, 'queue'), {
    name: 'intake',
    visibilityMs,
    ...options,
  });
  return { scheduler, queue };
}

/** Receives until nothing comes, letting time pass; deletes what `isDone` says. */
async function consume(
  { scheduler, queue }: ReturnType<typeof setUp>,
  isDone: (receiveCount: number) => boolean,
): Promise<readonly string[]> {
  const bodies: string[] = [];
  queue.onVisible(() => {
    scheduler.at(scheduler.now() + 1, () => {
      for (const { body, receiptHandle, receiveCount } of queue.receive(10)) {
        bodies.push(body);
        if (isDone(receiveCount)) queue.remove(receiptHandle);
      }
    });
  });
  for (let number = 0; number < 200; number += 1) queue.send({ body: String(number) });
  await scheduler.run();
  return bodies;
}

test('every message is delivered at least once, whatever the dice say', async () => {
  await fc.assert(
    fc.asyncProperty(fc.double({ min: 0, max: 0.9, noNaN: true }), async (share) => {
      const world = setUp({ duplicateShare: share, reorderedShare: share });
      const bodies = await consume(world, (receives) => receives > 1);
      expect(new Set(bodies).size).toBe(200);
      expect(world.queue.size()).toBe(0);
    }),
    { numRuns: 10 },
  );
});

test('without dice messages come once and in order', async () => {
  const bodies = await consume(setUp(), () => true);
  expect(bodies).toEqual(Array.from({ length: 200 }, (_, number) => String(number)));
});

test('with dice some come twice and some overtake', async () => {
  const world = setUp({ duplicateShare: 0.2, reorderedShare: 0.2 });
  const bodies = await consume(world, () => true);
  expect(bodies.length).toBeGreaterThan(200);
  expect(world.queue.counts().reordered).toBeGreaterThan(0);
});

test('a message that is not deleted comes back after its visibility time-out, counted', async () => {
  const { scheduler, queue } = setUp();
  queue.send({ body: 'a' });
  const [first] = queue.receive(10);
  expect(queue.receive(10)).toEqual([]);
  await scheduler.run();
  const [second] = queue.receive(10);
  expect(scheduler.now()).toBe(visibilityMs);
  expect([first?.receiveCount, second?.receiveCount]).toEqual([1, 2]);
  expect(second?.messageId).toBe(first?.messageId);
});

test('a message returns when it is told to, under its newest handle alone', async () => {
  const { scheduler, queue } = setUp();
  queue.send({ body: 'a' });
  const old = queue.receive(1)[0]?.receiptHandle ?? '';
  expect(queue.changeVisibility(old, 5_000)).toBe(true);
  await scheduler.run();
  expect(scheduler.now()).toBe(5_000);
  const [again] = queue.receive(1);
  expect(again?.receiveCount).toBe(2);
  expect(queue.changeVisibility(old, 1)).toBe(false);
  queue.remove(old);
  expect(queue.size()).toBe(1);
  queue.remove(again?.receiptHandle ?? '');
  expect(queue.size()).toBe(0);
});

test('a message that was received too often goes to the dead-letter queue with its attributes', async () => {
  const { scheduler, queue: dead } = setUp({ name: 'dead' });
  const queue = createQueue(scheduler, diceFor(1, 'queue'), {
    name: 'intake',
    visibilityMs,
    dead: { queue: dead, after: 3 },
  });
  queue.send({ body: 'a', attributes: { reason: 'x' } });
  for (let receive = 0; receive < 3; receive += 1) {
    expect(queue.receive(1)).toHaveLength(1);
    await scheduler.run();
  }
  expect(queue.receive(1)).toEqual([]);
  expect([queue.size(), dead.size()]).toEqual([0, 1]);
  expect(dead.receive(1)[0]).toMatchObject({ body: 'a', attributes: { reason: 'x' } });
});

test('a delayed message is not seen before its time', async () => {
  const { scheduler, queue } = setUp();
  queue.send({ body: 'a', delayMs: 900_000 });
  expect(queue.receive(1)).toEqual([]);
  await scheduler.run();
  expect([scheduler.now(), queue.receive(1).length]).toEqual([900_000, 1]);
});

test('a quiet group does not wait behind a loud one', () => {
  const { queue } = setUp();
  for (let number = 0; number < 500; number += 1) queue.send({ body: 'loud', group: 'loud' });
  queue.receive(50);
  queue.send({ body: 'quiet', group: 'quiet' });
  expect(bodiesOf(queue)).toContain('quiet');
});

test('a message older than 14 days is gone', async () => {
  const { scheduler, queue } = setUp();
  queue.send({ body: 'a' });
  scheduler.at(15 * 86_400_000, () => {});
  await scheduler.run();
  expect([queue.receive(1), queue.size(), queue.counts().expired]).toEqual([[], 0, 1]);
});

function bodiesOf(queue: Queue): readonly string[] {
  return queue.receive(10).map(({ body }) => body);
}
