import * as z from 'zod';
import { assignmentItem } from '../contract/items.ts';
import { type RescueItem, rescueItem } from '../contract/rescue.ts';
import { orderItem } from '../contract/rotation-items.ts';
import { assignmentKeys } from '../contract/table-keys.ts';
import type { WeightedPool } from '../domain/assignment.ts';
import type { Order } from '../domain/rotation/model.ts';
import type { Clock } from '../domain/time.ts';
import { getItem, queryPartition, type Table } from './items.ts';
import { readableItem } from './readable-item.ts';

/** What rotation says of a stream's mail. */
export type StreamAssignment = {
  /** Weighted pools for every provider without a word of its own. */
  readonly pools: readonly WeightedPool[];
  readonly byProvider: ReadonlyMap<string, readonly WeightedPool[]>;
  /** Parts of the mail that are held or slowed. */
  readonly orders: readonly Order[];
  /** Mail that may be sent once more, because its pool lost it. */
  readonly rescues: readonly RescueItem[];
};

export type ReadAssignment = () => Promise<StreamAssignment>;

/** How long an assignment may be old, milliseconds: a rotation reaches every environment within it. */
const freshMs = 2_000;

/**
 * Returns a reader of one stream's assignment and orders, asked at most every two seconds: one query and
 * one look at the kill switch. While automation is off only the assignment for all providers counts.
 * @throws when there is none (the deploy seeds it), or an order cannot be read: mail waits
 */
export function createAssignmentReader(table: Table, stream: string, clock: Clock): ReadAssignment {
  let known: { readonly at: number; readonly assignment: Promise<StreamAssignment> } | undefined;
  return () => {
    const now = clock();
    if (known && now - known.at < freshMs) return known.assignment;
    const assignment = read(table, stream);
    known = { at: now, assignment };
    assignment.catch(() => {
      known = undefined;
    });
    return assignment;
  };
}

/** What dispatch reads of the kill switch; a word that it does not know leaves automation on. */
const killSwitch = z.looseObject({ state: z.string() });

async function read(table: Table, stream: string): Promise<StreamAssignment> {
  const [items, automation] = await Promise.all([
    readPartition(table, assignmentKeys.ofStream(stream)),
    getItem(table, assignmentKeys.automation, killSwitch),
  ]);
  const isOn = automation?.state !== 'off';
  const anyProvider = items.get(assignmentKeys.stream(stream).sk);
  if (!anyProvider) throw new Error(`no assignment for stream ${stream}; deploy again to seed it`);
  const { pools } = assignmentItem.parse(anyProvider);
  const [providerPrefix, orderPrefix, rescuePrefix] = [
    assignmentKeys.provider(stream, '').sk,
    assignmentKeys.order(stream, '').sk,
    assignmentKeys.rescue(stream, '').sk,
  ];
  const byProvider = new Map<string, readonly WeightedPool[]>();
  const orders: Order[] = [];
  const rescues: RescueItem[] = [];
  // A hold that cannot be read lets all mail wait: none may leave that it would have kept.
  for (const [sk, item] of isOn ? items : [])
    if (sk.startsWith(orderPrefix)) orders.push(orderItem.parse(item));
    else if (sk.startsWith(rescuePrefix)) rescues.push(...readable(rescueItem, item));
    else if (sk.startsWith(providerPrefix) && item !== anyProvider)
      for (const { pools: own } of readable(assignmentItem, item))
        byProvider.set(sk.slice(providerPrefix.length), own);
  return { pools, byProvider, orders, rescues };
}

/** A pool's word that cannot be read must not stop the stream: it counts as if it were not there. */
function readable<T>(schema: z.ZodType<T>, item: Readonly<Record<string, unknown>>): readonly T[] {
  const read = readableItem(schema, item);
  return read === undefined ? [] : [read];
}

async function readPartition(
  table: Table,
  pk: string,
): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const items = new Map<string, Record<string, unknown>>();
  for await (const item of queryPartition(table, pk)) items.set(String(item['sk']), item);
  return items;
}
