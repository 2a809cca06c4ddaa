import type { EvidenceBook } from '../../domain/evidence/model.ts';
import type { AwayAddress, Pool } from '../../domain/rotation/model.ts';
import { type EpochMs, epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import type { StandingPorts } from './ports.ts';

/** While nothing is wrong an address is looked up this often; blocklists change slowly. */
const calmMs = 15 * minuteMs;

/** While mail is blocked, or a pool is out for it, the answer decides what is done. */
const troubledMs = 5 * minuteMs;

/** A block this old, if nothing has followed it, is no trouble any more. */
const blockedForMs = hourMs;

/** Returns the blocklists that name each address of the pools, by our own query; no address, no query. */
export function readOwnListings(
  { readListings }: Pick<StandingPorts, 'readListings'>,
  {
    pools,
    away = [],
    book,
    now,
  }: {
    readonly pools: readonly Pool[];
    /** Addresses in the quarantine pool, which go back only when no list names them. */
    readonly away?: readonly AwayAddress[];
    readonly book: EvidenceBook;
    readonly now: EpochMs;
  },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const ips = [...pools.flatMap((pool) => pool.ips), ...away.map(({ ip }) => ip)];
  if (ips.length === 0) return Promise.resolve(new Map());
  return readListings(ips, isTroubled(pools, book, now) ? troubledMs : calmMs);
}

function isTroubled(pools: readonly Pool[], book: EvidenceBook, now: EpochMs): boolean {
  const window = { since: epochMs(now - blockedForMs), until: epochMs(now + 1) };
  return (
    pools.some(({ standings }) =>
      [...standings.values()].some(({ state }) => state === 'quarantined'),
    ) || book.failures(['block'], window).length > 0
  );
}
