/** Which mail lies in which region. */
import type { Origin, Region } from './model.ts';

/** Returns whether all mail of an origin lies in a region; its address plays no part. */
export function isWithin({ origin }: { readonly origin: Origin }, region: Region): boolean {
  return holdsOrigin(region, origin);
}

/** Returns whether a region holds the mail of an origin, its address left aside. */
export function holdsOrigin(region: Region, origin: Origin): boolean {
  return (
    (region.tenant === undefined || region.tenant === origin.tenant) &&
    (region.identity === undefined || region.identity === origin.identity) &&
    (region.campaign === undefined || region.campaign === origin.campaign) &&
    holdsPair(region, origin)
  );
}

/** Returns whether a region holds the mail of a pool at a provider, as far as these two decide. */
export function holdsPair(
  region: Region,
  { pool, provider }: { readonly pool: string; readonly provider: string },
): boolean {
  return (
    (region.pool === undefined || region.pool === pool) &&
    (region.provider === undefined || region.provider === provider)
  );
}

/** Returns whether a region is shared by tenants: its failures count with caps. */
export function isShared({ tenant, identity, campaign }: Region): boolean {
  return tenant === undefined && identity === undefined && campaign === undefined;
}
