import { ledgerKeys } from '../contract/table-keys.ts';
import type { Order } from '../domain/rotation/model.ts';
import { ttlEpochSeconds } from '../domain/time.ts';
import { type Table, toItem, updateIf } from './items.ts';

export type Probes = {
  /** Tells whether all probes of a tenant have left, as far as this environment knows; costs nothing. */
  readonly areSpent: (order: Order, tenant: string) => boolean;
  /** Takes up to `count` of the probes that an order grants a tenant, and returns how many. */
  readonly take: (order: Order, tenant: string, count: number) => Promise<number>;
};

/** An item is needed while its order stands; a day more is for clocks. */
const keptDays = 1;

/**
 * Returns the probes of one environment. Every take is a conditional write before SES is called, so all
 * environments together never send more than an order grants; a crash wastes what it took.
 */
export function createProbes(table: Table): Probes {
  const spent = new Set<string>();
  const keyOf = ({ id }: Order, tenant: string) => `${id}\n${tenant}`;
  return {
    areSpent: (order, tenant) => spent.has(keyOf(order, tenant)),
    take: async (order, tenant, count) => {
      if (spent.has(keyOf(order, tenant))) return 0;
      const { granted, left } = await takeProbes(table, order, { tenant, count });
      if (left <= 0) spent.add(keyOf(order, tenant));
      return granted;
    },
  };
}

/** Condition: that many are left. Not idempotent: what is taken twice is sent to nobody. */
async function takeProbes(
  table: Table,
  { id, until, probes }: Order,
  { tenant, count }: { readonly tenant: string; readonly count: number },
): Promise<{ readonly granted: number; readonly left: number }> {
  const most = probes?.mails ?? 0;
  let granted = Math.min(count, most);
  while (granted > 0) {
    const { done, item } = await updateIf(table, {
      Key: toItem(ledgerKeys.probe(id, tenant)),
      UpdateExpression: 'SET taken = if_not_exists(taken, :none) + :granted, #ttl = :ttl',
      ConditionExpression: 'attribute_not_exists(taken) OR taken <= :before',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: toItem({
        ':none': 0,
        ':granted': granted,
        ':before': most - granted,
        ':ttl': ttlEpochSeconds(until, keptDays),
      }),
    });
    // Where the store does not tell what stands there, nothing is granted.
    const left = most - Number(item?.['taken'] ?? most);
    if (done) return { granted, left };
    granted = Math.min(granted - 1, left);
  }
  return { granted: 0, left: 0 };
}
