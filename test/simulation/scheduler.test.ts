import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHeap } from '../../simulation/heap.ts';
import { createScheduler } from '../../simulation/scheduler.ts';

test('a heap gives back everything in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const heap = createHeap<number>((one, other) => one < other);
      for (const number of numbers) heap.push(number);
      const out = numbers.map(() => heap.pop());
      expect(out).toEqual([...numbers].sort((a, b) => a - b));
      expect(heap.size()).toBe(0);
    }),
  );
});

test('events happen in the order of their time, those of one instant in the order they were made', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 30 }), async (times) => {
      const scheduler = createScheduler(1_000);
      const seen: { readonly at: number; readonly order: number }[] = [];
      for (const [order, time] of times.entries())
        scheduler.at(1_000 + time, () => seen.push({ at: scheduler.now(), order }));
      await scheduler.run();
      const wanted = times
        .map((time, order) => ({ at: 1_000 + time, order }))
        .sort((one, other) => one.at - other.at || one.order - other.order);
      expect(seen).toEqual(wanted);
    }),
    { numRuns: 30 },
  );
});

test('the clock waits for real work: what follows from it happens at its own time', async () => {
  const scheduler = createScheduler(0);
  const seen: string[] = [];
  scheduler.start(async () => {
    await scheduler.sleep(10);
    await scheduler.work(async () => {
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    });
    seen.push(`worked at ${scheduler.now()}`);
  });
  scheduler.at(11, () => seen.push(`next at ${scheduler.now()}`));
  await scheduler.run();
  expect(seen).toEqual(['worked at 10', 'next at 11']);
});

test('an hour of sleep takes no time', async () => {
  const scheduler = createScheduler(0);
  let awake = false;
  scheduler.start(async () => {
    await scheduler.sleep(3_600_000);
    awake = true;
  });
  await scheduler.run();
  expect([awake, scheduler.now()]).toEqual([true, 3_600_000]);
});

test('a schedule that repeats for ever keeps no run going', async () => {
  const scheduler = createScheduler(0);
  let ticks = 0;
  const tick = () => {
    ticks += 1;
    scheduler.at(scheduler.now() + 10, tick, 'background');
  };
  scheduler.at(10, tick, 'background');
  scheduler.at(35, () => {});
  await scheduler.run();
  expect(ticks).toBe(3);
});

test('what is called off does not happen, and the run does not wait for it', async () => {
  const scheduler = createScheduler(0);
  let happened = false;
  const cancel = scheduler.at(1_000, () => {
    happened = true;
  });
  scheduler.at(10, cancel);
  await scheduler.run();
  expect([happened, scheduler.now()]).toEqual([false, 10]);
});

test('a task that fails fails the run', async () => {
  const scheduler = createScheduler(0);
  scheduler.start(async () => {
    await scheduler.sleep(1);
    throw new Error('something is wrong');
  });
  await expect(scheduler.run()).rejects.toThrow('something is wrong');
});
