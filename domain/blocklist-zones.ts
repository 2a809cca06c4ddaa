/**
 * Blocklists that we ask ourselves whether they name an address of ours: how each is asked, what its answers
 * mean, and when an answer counts. A list that does not answer by its rules says nothing; it never says "listed".
 */
import { type EpochMs, hourMs, minuteMs } from './time.ts';

/** Who keeps a list, as the configuration names it. */
export const blocklistKeepers = ['spamhaus', 'barracuda', 'spamcop', 'psbl'] as const;
export type BlocklistKeeper = (typeof blocklistKeepers)[number];

/**
 * Asked unless the configuration says otherwise. Our own query is enough to take an address out of use, so
 * it takes a list that the large providers heed.
 */
export const keepersByDefault: readonly BlocklistKeeper[] = ['spamhaus'];

/** A DNS zone that lists addresses. */
export type BlocklistZone = {
  readonly keeper: BlocklistKeeper;
  readonly zone: string;
  /** Answer → list, named as in domain/classification/blocklists.ts. */
  readonly codes: Readonly<Record<string, string>>;
};

/** What the configuration says of it. */
export type BlocklistSettings = {
  readonly keepers: readonly BlocklistKeeper[];
  /** Key of Spamhaus's Data Query Service, which becomes part of the names that are asked for. */
  readonly spamhausDqsKey?: string;
};

/**
 * Spamhaus's answers; DROP is always said in addition to SBL.
 * @see https://docs.spamhaus.com/datasets/docs/source/10-data-type-documentation/datasets/040-zones.html
 */
const spamhausCodes = {
  '127.0.0.2': 'spamhaus-sbl',
  '127.0.0.3': 'spamhaus-css',
  '127.0.0.4': 'spamhaus-xbl',
  '127.0.0.9': 'spamhaus-sbl',
  '127.0.0.10': 'spamhaus-pbl',
  '127.0.0.11': 'spamhaus-pbl',
  '127.0.0.30': 'spamhaus-bcl',
} as const;

const zones: Readonly<Record<BlocklistKeeper, Omit<BlocklistZone, 'keeper'>>> = {
  spamhaus: { zone: 'zen.spamhaus.org', codes: spamhausCodes },
  barracuda: { zone: 'b.barracudacentral.org', codes: { '127.0.0.2': 'barracuda' } },
  spamcop: { zone: 'bl.spamcop.net', codes: { '127.0.0.2': 'spamcop' } },
  psbl: { zone: 'psbl.surriel.com', codes: { '127.0.0.2': 'psbl' } },
};

/** Returns the zones that are asked, each once. */
export function blocklistZones({
  keepers,
  spamhausDqsKey: key,
}: BlocklistSettings): readonly BlocklistZone[] {
  return [...new Set(keepers)].map((keeper) => ({
    keeper,
    ...zones[keeper],
    ...(keeper === 'spamhaus' && key !== undefined ? { zone: `${key}.zen.dq.spamhaus.net` } : {}),
  }));
}

/** Every zone lists the first of these addresses and never the second. @see RFC 5782 section 5 */
export const testEntries = { listed: '127.0.0.2', clear: '127.0.0.1' } as const;

const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = new RegExp(`^${octet}\\.${octet}\\.${octet}\\.${octet}$`);

/** Returns the name under which a zone keeps an IPv4 address; undefined for anything else. @see RFC 5782 section 2.1 */
export function queryNameOf(ip: string, { zone }: BlocklistZone): string | undefined {
  const octets = ipv4.exec(ip)?.slice(1);
  return octets && `${octets.toReversed().join('.')}.${zone}`;
}

/**
 * Returns the lists that an answer names, none where it has no address. A single code that is not in the
 * zone's table makes the whole answer say nothing: 127.255.255.254 is a refusal to shared resolvers.
 */
export function readBlocklistAnswer(
  { codes }: BlocklistZone,
  addresses: readonly string[],
): readonly string[] | 'no-data' {
  const lists = new Set<string>();
  for (const address of addresses) {
    const list = Object.hasOwn(codes, address) ? codes[address] : undefined;
    if (list === undefined) return 'no-data';
    lists.add(list);
  }
  return [...lists];
}

/** Since when each list names an address in all that it answered. */
export type Sightings = ReadonlyMap<string, EpochMs>;

/** What one zone said of one address when it was last asked. */
export type Sighted = { readonly askedAt: EpochMs; readonly lists: Sightings };

/** An entry of these is acted on by large providers at once, and each is checked before it is made. */
const countsAtOnce: ReadonlySet<string> = new Set(['spamhaus-sbl', 'spamhaus-css', 'spamhaus-xbl']);

/** Any other list must name an address twice, so far apart: some of their entries last minutes. */
const confirmMs = 15 * minuteMs;

/** What a zone said counts while it says nothing, for so long. */
export const sightedForMs = hourMs;

/** Returns what is known of an address after a zone has answered. */
export function sightAgain(
  before: Sighted | undefined,
  lists: readonly string[],
  now: EpochMs,
): Sighted {
  const since = before && now - before.askedAt <= sightedForMs ? before.lists : undefined;
  return { askedAt: now, lists: new Map(lists.map((list) => [list, since?.get(list) ?? now])) };
}

/** Returns the lists that count; undefined where the last answer is too old to say anything. */
export function countedLists(
  { askedAt, lists }: Sighted,
  now: EpochMs,
): readonly string[] | undefined {
  if (now - askedAt > sightedForMs) return undefined;
  return [...lists]
    .filter(([list, since]) => countsAtOnce.has(list) || askedAt - since >= confirmMs)
    .map(([list]) => list);
}
