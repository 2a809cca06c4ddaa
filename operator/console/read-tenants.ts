import { getItems } from '../../adapters/items.ts';
import { tenantItem } from '../../contract/items.ts';
import { directoryKeys } from '../../contract/table-keys.ts';
import { type Clock, hourMs } from '../../domain/time.ts';
import type { Backend } from '../actions/backend.ts';
import { listTenantsAtRisk, type TenantRisk } from '../actions/tenants-at-risk.ts';
import type { TenantsAtRisk } from './model.ts';

const tenantsMax = 5_000;

/** Tenants whose status is looked up, the worst ones: half a read unit each. */
const statusesMax = 1_000;

const windowMs = 3 * hourMs;

/** Returns a reader of the tenants with evidence against them, the worst first. */
export function createTenantsReader(backend: Backend, clock: Clock): () => Promise<TenantsAtRisk> {
  return async () => {
    const found = await listTenantsAtRisk(backend, { now: clock(), limit: tenantsMax, windowMs });
    const statuses = await readStatuses(backend, found.tenants.slice(0, statusesMax));
    return {
      rows: found.tenants.map(
        ({ tenant, signal, sent, failed, rate, tolerated, lnEvidence, order }) => ({
          ...{ tenant, signal, sent, failed, rate, tolerated, lnEvidence },
          status: statuses.get(tenant) ?? 'unknown',
          ...(order === undefined ? {} : { order }),
        }),
      ),
      windowMs: found.until - found.since,
      remarks: [
        'what is normal for a tenant is not asked here: the loop, which knows its past, may be milder',
        ...(found.isCut ? ['there was more news than is read: the latest counts'] : []),
      ],
    };
  };
}

async function readStatuses(
  { tables }: Backend,
  risks: readonly TenantRisk[],
): Promise<ReadonlyMap<string, string>> {
  const keys = risks.map(({ tenant }) => directoryKeys.tenant(tenant));
  const items = (await getItems(tables.directory, keys)).flatMap((raw) => {
    const read = tenantItem.safeParse(raw);
    return read.success ? [read.data] : [];
  });
  return new Map(items.map(({ tenant, status }) => [tenant, status]));
}
