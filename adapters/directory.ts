import { type TenantItem, tenantItem } from '../contract/items.ts';
import { directoryKeys } from '../contract/table-keys.ts';
import type { Clock } from '../domain/time.ts';
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
  const ask = askTogether(table);
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

type Items = ReadonlyMap<string, Record<string, unknown>>;

/** Gathers what is asked until the event loop turns; each tenant's item is checked by itself. */
function askTogether(table: Table): ReadTenant {
  let gathering: { readonly tenants: Set<string>; readonly items: Promise<Items> } | undefined;
  const gather = () => {
    const tenants = new Set<string>();
    const items = turnOfEventLoop().then(() => {
      gathering = undefined;
      return readItems(table, [...tenants]);
    });
    return { tenants, items };
  };
  return async (tenant) => {
    gathering ??= gather();
    gathering.tenants.add(tenant);
    const item = (await gathering.items).get(directoryKeys.tenant(tenant).pk);
    return item ? tenantItem.parse(item) : undefined;
  };
}

async function readItems(table: Table, tenants: readonly string[]): Promise<Items> {
  const items = await getItems(table, tenants.map(directoryKeys.tenant));
  return new Map(items.map((item) => [String(item['pk']), item]));
}

function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
