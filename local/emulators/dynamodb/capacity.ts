import type { JsonObject } from '../../aws.ts';
import { listOr, objectOr } from '../../json-access.ts';
import { itemBytes } from './item-size.ts';

/** What one operation took of one table. */
export type Consumed = {
  readonly table: string;
  readonly readUnits: number;
  readonly writeUnits: number;
};

/** One item that an operation looked at, and what it left there; 0 bytes where there is none. */
export type Touched = {
  readonly table: string;
  readonly beforeBytes: number;
  /** Absent where nothing was written, as by a read or a condition that failed. */
  readonly afterBytes?: number;
};

/** What must be known of an operation to tell its capacity. */
export type Operated = {
  readonly operation: string;
  readonly input: JsonObject;
  /** Items looked at one by one. */
  readonly touched: readonly Touched[];
  /** Items that a Query or Scan went through, before its filter. */
  readonly scanned: readonly JsonObject[];
};

const writeStepBytes = 1024;
const readStepBytes = 4096;

const writes: ReadonlySet<string> = new Set([
  'BatchWriteItem',
  'DeleteItem',
  'PutItem',
  'UpdateItem',
]);

/**
 * Returns the request units of an on-demand table, by table: reads in steps of 4 KB, half of it when
 * eventually consistent, writes in steps of 1 KB of the larger of the old and the new item. What is
 * missing takes one step, and so does at least a write whose condition failed. Tables have no indexes
 * here, and nothing is transactional, which would double it.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function consumedBy(operated: Operated): readonly Consumed[] {
  const { operation, input, touched, scanned } = operated;
  const table = String(input['TableName']);
  if (operation === 'Query' || operation === 'Scan') {
    const bytes = scanned.reduce((sum, item) => sum + itemBytes(item), 0);
    return [{ table, readUnits: readUnits(bytes, input), writeUnits: 0 }];
  }
  const byTable = new Map<string, Consumed>();
  for (const one of touched) {
    const before = byTable.get(one.table) ?? { table: one.table, readUnits: 0, writeUnits: 0 };
    const added = writes.has(operation)
      ? { readUnits: 0, writeUnits: writeUnits(one) }
      : { readUnits: readUnits(one.beforeBytes, consistencyOf(operated, one)), writeUnits: 0 };
    byTable.set(one.table, {
      table: one.table,
      readUnits: before.readUnits + added.readUnits,
      writeUnits: before.writeUnits + added.writeUnits,
    });
  }
  return [...byTable.values()];
}

/** A BatchGetItem says for each table how it reads. */
function consistencyOf({ operation, input }: Operated, { table }: Touched): JsonObject {
  return operation === 'BatchGetItem' ? objectOr(objectOr(input['RequestItems'])[table]) : input;
}

function writeUnits({ beforeBytes, afterBytes = 0 }: Touched): number {
  return Math.max(1, Math.ceil(Math.max(beforeBytes, afterBytes) / writeStepBytes));
}

function readUnits(bytes: number, { ConsistentRead }: JsonObject): number {
  const steps = Math.max(1, Math.ceil(bytes / readStepBytes));
  return ConsistentRead === true ? steps : steps / 2;
}

/**
 * Returns the Query or Scan that answers every item it goes through, whole: what a filter or a projection
 * hides is read and billed all the same.
 */
export function withoutFilter(input: JsonObject): JsonObject {
  const {
    FilterExpression: _filter,
    ProjectionExpression: _paths,
    Select: _select,
    ...rest
  } = input;
  const condition = String(input['KeyConditionExpression'] ?? '');
  const kept = (of: string) =>
    Object.fromEntries(
      Object.entries(objectOr(input[of])).filter(([name]) =>
        new RegExp(`${name}\\b`).test(condition),
      ),
    );
  const names = kept('ExpressionAttributeNames');
  const values = kept('ExpressionAttributeValues');
  const { ExpressionAttributeNames: _names, ExpressionAttributeValues: _values, ...plain } = rest;
  return {
    ...plain,
    ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
  };
}

/** Returns the items of an answer of Query or Scan. */
export function itemsOf(answer: JsonObject): readonly JsonObject[] {
  return listOr(answer['Items']).map(objectOr);
}
