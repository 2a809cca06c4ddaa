import { resolve4 } from 'node:dns/promises';
import {
  type BlocklistZone,
  countedLists,
  queryNameOf,
  readBlocklistAnswer,
  type Sighted,
  sightAgain,
  sightedForMs,
  testEntries,
} from '../domain/blocklist-zones.ts';
import { type Clock, type EpochMs, epochMs, minuteMs, secondMs } from '../domain/time.ts';
import { withinDnsTime } from './dns-wait.ts';

/**
 * Returns the blocklists that name each address. An address that no list has answered for within the hour
 * is not in the map: silence is not health. Never throws.
 */
export type ReadListings = (
  ips: readonly string[],
  /** How old an answer may be, milliseconds; five minutes at least. */
  ageMaxMs?: number,
) => Promise<ReadonlyMap<string, readonly string[]>>;

export type BlocklistPorts = {
  readonly zones: readonly BlocklistZone[];
  /** Asks DNS for the addresses of a name. @throws ENOTFOUND where there are none */
  readonly resolve4?: (name: string) => Promise<readonly string[]>;
  readonly clock: Clock;
  /** Hears once that a zone has stopped to answer. */
  readonly failure: (error: unknown) => void;
};

/** What this environment remembers of a zone. */
type ZoneMemory = {
  readonly zone: BlocklistZone;
  readonly sighted: Map<string, Sighted>;
  silentUntil: EpochMs;
  isReported: boolean;
};

/** Entries live for minutes at least: Spamhaus's own records may be kept for one. */
const ageMinMs = 5 * minuteMs;

/** A zone that says nothing is asked again after this. */
const silentMs = 5 * minuteMs;

/** Questions to one zone at a time, and how long they may take together; the oldest answers are renewed first. */
const lanes = 8;
const roundMs = 5 * secondMs;

/**
 * Returns our own query of blocklists. Answers, and since when a list names an address, are kept in this
 * environment's memory alone: after a cold start a list that must be seen twice is believed 15 minutes later.
 */
export function createBlocklistQuery(ports: BlocklistPorts): ReadListings {
  const memories = ports.zones.map(
    (zone): ZoneMemory => ({
      zone,
      sighted: new Map(),
      silentUntil: epochMs(0),
      isReported: false,
    }),
  );
  return async (ips, ageMaxMs = ageMinMs) => {
    const now = ports.clock();
    const ageMs = Math.max(ageMaxMs, ageMinMs);
    await Promise.all(
      memories.map((memory) => {
        const due = dueAddresses(memory, ips, now - ageMs);
        return due.length === 0 || memory.silentUntil > now
          ? undefined
          : askZone(memory, due, ports);
      }),
    );
    return new Map(ips.flatMap((ip) => listingsOf(ip, memories, now)));
  };
}

/** Addresses whose answer is older than `since`, the oldest first; what is too old to say anything is forgotten. */
function dueAddresses(
  { zone, sighted }: ZoneMemory,
  ips: readonly string[],
  since: number,
): readonly string[] {
  for (const [ip, { askedAt }] of sighted) if (askedAt < since - sightedForMs) sighted.delete(ip);
  const askedAt = (ip: string) => sighted.get(ip)?.askedAt ?? 0;
  return [...new Set(ips)]
    .filter((ip) => queryNameOf(ip, zone) !== undefined && askedAt(ip) <= since)
    .toSorted((one, other) => askedAt(one) - askedAt(other));
}

function listingsOf(
  ip: string,
  memories: readonly ZoneMemory[],
  now: EpochMs,
): readonly (readonly [string, readonly string[]])[] {
  const answers = memories.flatMap(({ sighted }) => {
    const known = sighted.get(ip);
    return known ? [countedLists(known, now)] : [];
  });
  const heard = answers.filter((lists) => lists !== undefined);
  return heard.length === 0 ? [] : [[ip, heard.flat()]];
}

/** The first answer that breaks the zone's rules ends the round; what it said before stays. */
async function askZone(
  memory: ZoneMemory,
  due: readonly string[],
  ports: BlocklistPorts,
): Promise<void> {
  const now = ports.clock();
  try {
    await probe(memory.zone, ports);
    const waiting = due.values();
    await Promise.all(
      Array.from({ length: Math.min(lanes, due.length) }, async () => {
        for (const ip of waiting) {
          if (ports.clock() - now > roundMs || memory.silentUntil > now) return;
          const lists = await ask(ip, memory.zone, ports);
          memory.sighted.set(ip, sightAgain(memory.sighted.get(ip), lists, now));
        }
      }),
    );
    memory.isReported = false;
  } catch (error) {
    memory.silentUntil = epochMs(now + silentMs);
    if (!memory.isReported) ports.failure(error);
    memory.isReported = true;
  }
}

/** A list that is dead, or that refuses us, answers everything or nothing. */
async function probe(zone: BlocklistZone, ports: BlocklistPorts): Promise<void> {
  const [listed, clear] = await Promise.all([
    ask(testEntries.listed, zone, ports),
    ask(testEntries.clear, zone, ports),
  ]);
  if (listed.length === 0)
    throw silence(zone, `does not list ${testEntries.listed}, as every list must`);
  if (clear.length > 0)
    throw silence(zone, `lists ${testEntries.clear}, which no list may, and so perhaps everything`);
}

async function ask(
  ip: string,
  zone: BlocklistZone,
  { resolve4: resolve = resolve4 }: BlocklistPorts,
): Promise<readonly string[]> {
  const name = queryNameOf(ip, zone);
  if (name === undefined) throw silence(zone, `cannot be asked for ${ip}`);
  const addresses = await withinDnsTime(resolve(name)).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : 'no answer in time';
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw silence(zone, `gave ${String(code)}`);
  });
  const lists = readBlocklistAnswer(zone, addresses);
  if (lists === 'no-data') throw silence(zone, `answered ${addresses.join(', ')}`);
  return lists;
}

/** The zone's own name stays out of logs: Spamhaus's has a key in it. */
function silence({ keeper }: BlocklistZone, what: string): Error {
  return new Error(`the blocklists of ${keeper} say nothing: it ${what}`);
}
