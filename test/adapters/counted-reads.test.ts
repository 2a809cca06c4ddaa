/** An answer's price is known before: whatever is asked, no more items are read than were allowed. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { batchWrite } from '../../adapters/batch-write.ts';
import { createCountedReads } from '../../adapters/counted-reads.ts';
import type { Table } from '../../adapters/items.ts';
import { dynamoOfFile } from '../support/dynamo.ts';

const dynamo = await dynamoOfFile();
const keyAt = (index: number) => ({ pk: 'p', sk: String(index).padStart(2, '0') });
let table: Table;

beforeAll(async () => {
  table = (await dynamo.createTables(dynamo.connect())).ledger;
  await batchWrite(table, { puts: Array.from({ length: 30 }, (_, index) => keyAt(index)) }, 3);
});

const reads = fc.array(
  fc.oneof(
    fc.record({ get: fc.nat(40) }),
    fc.record({ many: fc.array(fc.nat(40), { maxLength: 12 }) }),
    fc.record({ query: fc.integer({ min: 1, max: 15 }) }),
  ),
  { maxLength: 8 },
);

test('reads at once never return more items than allowed, and all that they return is counted', async () => {
  await fc.assert(
    fc.asyncProperty(reads, fc.integer({ min: 0, max: 25 }), async (asked, itemsMax) => {
      const counted = createCountedReads(itemsMax);
      const found = await Promise.all(
        asked.map(async (one) => {
          if ('get' in one) return (await counted.get(table, keyAt(one.get))) ? 1 : 0;
          if ('many' in one)
            return (await counted.getMany(table, one.many.map(keyAt))).items.length;
          return (await counted.query(table, { pk: 'p', countMax: one.query })).items.length;
        }),
      );
      const returned = found.reduce((sum, count) => sum + count, 0);
      expect(returned).toBeLessThanOrEqual(itemsMax);
      expect(counted.counts().items).toBe(returned);
      expect(counted.left()).toBe(itemsMax - returned);
    }),
    { numRuns: 40 },
  );
});

test('what was not read for want of items is told as cut', async () => {
  const counted = createCountedReads(4);
  expect(await counted.query(table, { pk: 'p', countMax: 3 })).toMatchObject({ isCut: true });
  expect(await counted.getMany(table, [0, 0, 1].map(keyAt))).toMatchObject({
    items: [expect.anything()],
    isCut: true,
  });
  expect(await counted.query(table, { pk: 'p', countMax: 1 })).toEqual({ items: [], isCut: true });
  expect(counted.counts()).toEqual({ items: 4, calls: 2 });
});
