/** What keeps dispatch inside its memory: one large thing at a time, never a queue of them. */
import { expect, test } from 'vitest';
import type { StoredContent } from '../../adapters/content-store.ts';
import { describeFailure } from '../../adapters/failure.ts';
import { judgeStoreFailure } from '../../domain/store-failures.ts';
import { createByteGate } from '../../lambdas/dispatch/byte-gate.ts';
import { withBudget } from '../../lambdas/dispatch/content-budget.ts';

const object =
  (size: number) =>
  async (_key: string, bytesMax: number): Promise<StoredContent> =>
    size > bytesMax ? { kind: 'too-large', size } : { kind: 'found', bytes: new Uint8Array(size) };

test('stored bodies are read until the batch is full; the next one waits for another batch', async () => {
  const read = withBudget(object(30), 70);
  const sizes = await Promise.allSettled([read('a', 50), read('b', 50), read('c', 50)]);
  expect(sizes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  // An ordinary wait: nobody is called for it.
  const failures = sizes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  expect(failures.map((error) => judgeStoreFailure(describeFailure(error)))).toEqual(['busy']);
});

test('an object that no batch could hold is too large, it does not wait for ever', async () => {
  expect(await withBudget(object(90), 70)('a', 50)).toEqual({ kind: 'too-large', size: 90 });
});

test('heavy mail goes out one after another, light mail beside it', async () => {
  const gate = createByteGate(100);
  let heavyUnderWay = 0;
  let most = 0;
  const heavy = () =>
    gate(80, async () => {
      heavyUnderWay += 1;
      most = Math.max(most, heavyUnderWay);
      await new Promise((resolve) => setImmediate(resolve));
      heavyUnderWay -= 1;
    });
  const light = gate(0, async () => 'sent');
  await Promise.all([heavy(), heavy(), heavy()]);
  expect(await light).toBe('sent');
  expect(most).toBe(1);
});

test('one mail above the limit passes alone, and a failure lets the next one through', async () => {
  const gate = createByteGate(10);
  await expect(
    gate(50, async () => {
      throw new Error('refused');
    }),
  ).rejects.toThrow('refused');
  expect(await gate(50, async () => 'sent')).toBe('sent');
});
