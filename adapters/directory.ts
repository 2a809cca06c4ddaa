import { type TenantItem, tenantItem } from '../contract/items.ts';
import { directoryKeys } from '../contract/table-keys.ts';
import type { Clock } from '../domain/time.ts';
import { askTogether } from './ask-together.ts';
import { getItems, type Table } from './items.ts';

export type ReadTenant = (tenant: string) => Promise<TenantItem | undefined>;

/** How long a tenant's status may be old, milliseconds: a hold acts within this time everywhere. */
const freshMs = 5_000;
const cachedMax = 5_000;

/**
 * Returns a reader of tenants that asks the directory at most every five seconds for each. Those asked
 * for at once, as a batch's are, are read in one call, so that many tenants cost no more calls than one.
 */
export function createTenantReader(table: Table, clock: Clock): ReadTenant {
  const cache = new Map<
    string,
    { readonly at: number; readonly tenant: Promise<TenantItem | undefined> }
  >();
  const ask = readTogether(table);
  return (tenant) => {
    const now = clock();
    const known = cache.get(tenant);
    if (known && now - known.at < freshMs) return known.tenant;
    if (cache.size >= cachedMax) cache.clear();
    const asked = ask(tenant);
    cache.set(tenant, { at: now, tenant: asked });
    // A failed read must not be remembered: the mail waits and asks again.
    asked.catch(() => cache.delete(tenant));
    return asked;
  };
}

/** Each tenant's item is checked by itself. */
function readTogether(table: Table): ReadTenant {
  const ask = askTogether((tenants) => readItems(table, tenants));
  return async (tenant) => {
    const item = await ask(tenant);
    return item ? tenantItem.parse(item) : undefined;
  };
}

async function readItems(
  table: Table,
  tenants: readonly string[],
): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const items = await getItems(table, tenants.map(directoryKeys.tenant));
  const byKey = new Map(items.map((item) => [String(item['pk']), item]));
  return new Map(
    tenants.flatMap((tenant) => {
      const item = byKey.get(directoryKeys.tenant(tenant).pk);
      return item ? [[tenant, item] as const] : [];
    }),
  );
}
