import type { Signal } from '../classification/reasons.ts';
import type { Dimension, Origin, Region } from '../evidence/model.ts';
import { unknown } from '../evidence/owners.ts';
import type { CauseKind } from './model.ts';
import { regionKey } from './regions.ts';

/** Whose a cause is: of one who sends, of our addresses, or of all mail to a provider or to everybody. */
export type Side = 'sender' | 'address' | 'everybody';

type Traits = { readonly side: Side; readonly dimensions: readonly Dimension[] };

/**
 * Every kind of cause with the dimensions that name it. A campaign is named within its tenant, and an
 * address within its pool, so that a hold of either never reaches another's mail. Where two kinds
 * explain the failures equally well with the same mail, the earlier one is named.
 */
export const kindTraits = {
  'tenant×provider': { side: 'sender', dimensions: ['tenant', 'provider'] },
  tenant: { side: 'sender', dimensions: ['tenant'] },
  'identity×provider': { side: 'sender', dimensions: ['identity', 'provider'] },
  identity: { side: 'sender', dimensions: ['identity'] },
  'campaign×provider': { side: 'sender', dimensions: ['tenant', 'campaign', 'provider'] },
  campaign: { side: 'sender', dimensions: ['tenant', 'campaign'] },
  'tenant×pool': { side: 'sender', dimensions: ['tenant', 'pool'] },
  'pool×provider': { side: 'address', dimensions: ['pool', 'provider'] },
  pool: { side: 'address', dimensions: ['pool'] },
  'ip×provider': { side: 'address', dimensions: ['pool', 'ip', 'provider'] },
  ip: { side: 'address', dimensions: ['pool', 'ip'] },
  provider: { side: 'everybody', dimensions: ['provider'] },
  account: { side: 'everybody', dimensions: [] },
} as const satisfies Readonly<Record<CauseKind, Traits>>;

/** Returns the traits of a kind. */
export function traitsOfKind(kind: CauseKind): Traits {
  return kindTraits[kind];
}

/** Kinds in the order in which they are named, those by a failure's quoted address left out. */
export const plainKinds = [
  'tenant×provider',
  'tenant',
  'identity×provider',
  'identity',
  'campaign×provider',
  'campaign',
  'tenant×pool',
  'pool×provider',
  'pool',
  'provider',
  'account',
] as const satisfies readonly CauseKind[];

/** Returns where a kind stands in the order of naming, 0 for the first. */
export function rankOf(kind: CauseKind): number {
  return ranks.get(kind) ?? ranks.size;
}

const ranks: ReadonlyMap<string, number> = new Map(
  Object.keys(kindTraits).map((kind, index) => [kind, index]),
);

/**
 * Signals whose reasons blame the sender by themselves: another address would change nothing about them.
 * The rest may be anybody's.
 */
export const senderSignals: ReadonlySet<Signal> = new Set([
  'domain',
  'content',
  'hard-bounce',
  'complaint',
]);

/** A region that an origin's mail lies in, with the text that stands for it. */
export type Place = { readonly kind: CauseKind; readonly region: Region; readonly key: string };

/** Returns every region of a plain kind that an origin's mail lies in, in the order of naming. */
export function placesOf(origin: Origin): readonly Place[] {
  return plainKinds.flatMap((kind) => {
    const region = regionOf(kind, origin, undefined);
    return region ? [{ kind, region, key: regionKey(region) }] : [];
  });
}

/** Returns the region of a kind that a mail lies in; undefined where the mail has no such thing, or none that is known. */
export function regionOf(
  kind: CauseKind,
  origin: Origin,
  ip: string | undefined,
): Region | undefined {
  const region: { -readonly [key in Dimension]?: string } = {};
  for (const dimension of traitsOfKind(kind).dimensions) {
    const value = dimension === 'ip' ? ip : origin[dimension];
    if (value === undefined || value === unknown) return undefined;
    region[dimension] = value;
  }
  return region;
}
