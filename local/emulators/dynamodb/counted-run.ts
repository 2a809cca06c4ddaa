import type { JsonObject } from '../../aws.ts';
import { type Consumed, consumedBy, itemsOf, type Touched, withoutFilter } from './capacity.ts';
import type { StoreAnswer, TableStore } from './dynalite-store.ts';
import { itemBytes } from './item-size.ts';

/** Runs one operation and returns, beside its answer, the capacity that it takes in AWS. */
export async function runCounted(
  store: TableStore,
  operation: string,
  input: JsonObject,
): Promise<{ readonly answer: StoreAnswer; readonly consumed: readonly Consumed[] }> {
  const touched = new Map<string, Touched>();
  const answer = await store.run(operation, input, {
    read: (table, key, item) => {
      touched.set(`${table} ${key}`, { table, beforeBytes: item ? itemBytes(item) : 0 });
    },
    written: (table, key, item) => {
      const { beforeBytes } = touched.get(`${table} ${key}`) ?? { beforeBytes: 0 };
      const afterBytes = item ? itemBytes(item) : 0;
      touched.set(`${table} ${key}`, { table, beforeBytes, afterBytes });
    },
  });
  // A request that is wrong in itself takes nothing; one whose condition failed has looked at its item.
  if (answer.status !== 200 && !isFailedCondition(answer)) return { answer, consumed: [] };
  const scanned = await scannedBy(store, operation, input, answer);
  return {
    answer,
    consumed: consumedBy({ operation, input, touched: [...touched.values()], scanned }),
  };
}

function isFailedCondition({ body }: StoreAnswer): boolean {
  return String(body['__type']).endsWith('#ConditionalCheckFailedException');
}

async function scannedBy(
  store: TableStore,
  operation: string,
  input: JsonObject,
  answer: StoreAnswer,
): Promise<readonly JsonObject[]> {
  if (operation !== 'Query' && operation !== 'Scan') return [];
  const isWhole = !['FilterExpression', 'ProjectionExpression', 'Select'].some(
    (key) => key in input,
  );
  return itemsOf((isWhole ? answer : await store.run(operation, withoutFilter(input))).body);
}
