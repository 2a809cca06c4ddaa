/** What shared addresses may take when nothing warm is left, as allowances that dispatch leases from. */
import { spillPerHourMax } from '../domain/rotation/capacity.ts';
import { ladderProviders } from '../domain/rotation/warm-up.ts';
import { epochMs, hourMs } from '../domain/time.ts';
import { deleteAllowance, writeAllowance } from './allowance-store.ts';
import type { Table } from './items.ts';

/**
 * Limits a pool to a spill's worth an hour at each large provider, and at all others together. Idempotent: what
 * was sent in the running hour stays counted.
 */
export async function capSpill(table: Table, pool: string): Promise<void> {
  for (const provider of ladderProviders)
    await writeAllowance(table, {
      ...{ pool, provider, cap: spillPerHourMax, periodMs: hourMs },
      // A period that has ended renews at the first lease, at the full hour.
      firstResetsAt: epochMs(0),
    });
}

/** Takes these limits away. Idempotent. */
export async function uncapSpill(table: Table, pool: string): Promise<void> {
  for (const provider of ladderProviders) await deleteAllowance(table, { pool, provider });
}
