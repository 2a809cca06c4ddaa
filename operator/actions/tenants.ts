import { countHeld } from '../../adapters/held-mail.ts';
import { readTenant } from '../../adapters/tenant-directory.ts';
import type { TenantItem } from '../../contract/items.ts';
import { isAddress, parseAddress } from '../../domain/address.ts';
import { ownsSender } from '../../domain/gate.ts';
import type { Backend } from './backend.ts';

export type TenantView = {
  readonly tenant: TenantItem;
  /** Held requests that wait for a release, counted no further than `waitingMax`. */
  readonly waiting: number;
};

/** Counting asks S3 once a thousand; more than this is "many". */
export const waitingMax = 10_000;

/** Returns a tenant with how many of its requests wait, undefined when there is none. */
export async function viewTenant(
  backend: Backend,
  tenant: string,
): Promise<TenantView | undefined> {
  const found = await readTenant(backend.tables.directory, tenant);
  if (!found) return undefined;
  return {
    tenant: found,
    waiting: await countHeld(await backend.contentStore(), tenant, waitingMax),
  };
}

/** Returns a From domain or address in the form in which it is compared, undefined for neither. */
export function ownedFrom(text: string): string | undefined {
  const parsed = parseAddress(text.includes('@') ? text : `any@${text}`);
  if (!isAddress(parsed)) return undefined;
  return text.includes('@') ? parsed.address.toLowerCase() : parsed.domain;
}

/** Tells whether what a tenant owns falls under a deployment's sending domains or addresses. */
export function coversSender(senders: readonly string[], owned: string): boolean {
  const address = parseAddress(owned.includes('@') ? owned : `any@${owned}`);
  return isAddress(address) && ownsSender(senders, address);
}
