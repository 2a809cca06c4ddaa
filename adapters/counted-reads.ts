import {
  BatchGetItemCommand,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Key } from '../contract/table-keys.ts';
import { fromItem, type Table, toItem } from './items.ts';

type RawItem = Readonly<Record<string, unknown>>;

/** A part of a partition, in key order or the other way round. */
export type PartQuery = {
  readonly pk: string;
  /** First and last sort key, both included. */
  readonly between?: { readonly first: string; readonly last: string };
  readonly descending?: true;
  readonly countMax: number;
};

export type PartFound = {
  readonly items: readonly RawItem[];
  /** There is more than was read. */
  readonly isCut: boolean;
};

/** Reads that together return at most so many items. */
export type CountedReads = {
  readonly get: (table: Table, key: Key) => Promise<RawItem | undefined>;
  /** The items found at the keys, in no order; keys beyond what may still be read are left out. */
  readonly getMany: (table: Table, keys: readonly Key[]) => Promise<PartFound>;
  readonly query: (table: Table, part: PartQuery) => Promise<PartFound>;
  /** Items that may still be read. */
  readonly left: () => number;
  /** Items that DynamoDB returned, and the calls that it took. */
  readonly counts: () => { readonly items: number; readonly calls: number };
};

/** BatchGetItem takes this many keys. */
const batchGetMax = 100;

/**
 * Returns reads that end at `itemsMax` items, so that an answer has a price that is known before. What may be
 * read is set aside before a call and given back after it, so that calls may run at once.
 */
export function createCountedReads(itemsMax: number): CountedReads {
  let left = itemsMax;
  let items = 0;
  let calls = 0;
  const within = async (
    wanted: number,
    ask: (most: number) => Promise<PartFound>,
  ): Promise<PartFound> => {
    const most = Math.min(wanted, left);
    if (most <= 0) return { items: [], isCut: wanted > 0 };
    left -= most;
    calls += 1;
    const found = await ask(most);
    left += most - found.items.length;
    items += found.items.length;
    return found;
  };
  return {
    get: async (table, key) => {
      const { items: found } = await within(1, () => getOne(table, key));
      return found[0];
    },
    getMany: (table, keys) => {
      // DynamoDB refuses a call that names a key twice.
      const unique = [...new Map(keys.map((key) => [`${key.pk}|${key.sk}`, key])).values()];
      return within(unique.length, (most) => getSome(table, unique, most));
    },
    query: (table, part) => within(part.countMax, (most) => queryPart(table, part, most)),
    left: () => left,
    counts: () => ({ items, calls }),
  };
}

async function getOne({ dynamo, name }: Table, key: Key): Promise<PartFound> {
  const { Item } = await dynamo.send(new GetItemCommand({ TableName: name, Key: toItem(key) }));
  return { items: Item ? [fromItem(Item)] : [], isCut: false };
}

/** What DynamoDB leaves unread counts as cut: the answer says so, and asking again reads it. */
async function getSome(
  { dynamo, name }: Table,
  keys: readonly Key[],
  most: number,
): Promise<PartFound> {
  const Keys = keys.slice(0, Math.min(most, batchGetMax)).map(toItem);
  const { Responses, UnprocessedKeys } = await dynamo.send(
    new BatchGetItemCommand({ RequestItems: { [name]: { Keys } } }),
  );
  const leftOut = (UnprocessedKeys?.[name]?.Keys ?? []).length > 0;
  return {
    items: (Responses?.[name] ?? []).map(fromItem),
    isCut: leftOut || Keys.length < keys.length,
  };
}

async function queryPart(
  { dynamo, name }: Table,
  { pk, between, descending }: PartQuery,
  most: number,
): Promise<PartFound> {
  const input: QueryCommandInput = {
    TableName: name,
    KeyConditionExpression: between ? 'pk = :pk AND sk BETWEEN :first AND :last' : 'pk = :pk',
    ExpressionAttributeValues: toItem({
      ':pk': pk,
      ...(between ? { ':first': between.first, ':last': between.last } : {}),
    }),
    ...(descending ? { ScanIndexForward: false } : {}),
    Limit: most,
  };
  const { Items = [], LastEvaluatedKey } = await dynamo.send(new QueryCommand(input));
  // DynamoDB names a last key whenever it stopped at the limit, also where nothing comes after it.
  return { items: Items.map(fromItem), isCut: LastEvaluatedKey !== undefined };
}
