import { type TenantItem, tenantItem } from '../contract/items.ts';
import { directoryKeys } from '../contract/table-keys.ts';
import type { Clock } from '../domain/time.ts';
import { getItem, type Table } from './items.ts';

export type ReadTenant = (tenant: string) => Promise<TenantItem | undefined>;

/** How long a tenant's status may be old, milliseconds: a hold acts within this time everywhere. */
const freshMs = 5_000;
const cachedMax = 5_000;

/** Returns a reader of tenants that asks the directory at most every five seconds for each. */
export function createTenantReader(table: Table, clock: Clock): ReadTenant {
  const cache = new Map<
    string,
    { readonly at: number; readonly tenant: Promise<TenantItem | undefined> }
  >();
  return (tenant) => {
    const now = clock();
    const known = cache.get(tenant);
    if (known && now - known.at < freshMs) return known.tenant;
    if (cache.size >= cachedMax) cache.clear();
    const asked = getItem(table, directoryKeys.tenant(tenant), tenantItem);
    cache.set(tenant, { at: now, tenant: asked });
    // A failed read must not be remembered: the mail waits and asks again.
    asked.catch(() => cache.delete(tenant));
    return asked;
  };
}
