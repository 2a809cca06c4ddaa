import { type Blocklist, blocklists } from '../../../world/blocklists.ts';
import type { AnswerName } from './records.ts';

/** What the names of the world are made from. */
export type NamedWorld = {
  /** Blocklists that name an address or a domain now. */
  readonly listingsOf: (name: string) => readonly string[];
  /** Whose mailboxes a domain has, as far as anybody said; consumer domains are known. */
  readonly providerOf: (domain: string) => string | undefined;
};

type Zone = {
  readonly zone: string;
  readonly names: Blocklist['names'];
  /** What the zone lists so that askers can see that it works. */
  readonly testEntry: string;
  readonly answers: ReadonlyMap<string, string>;
};

/** Test entries of lists of addresses (RFC 5782 section 5), and of those of domains, which differ. */
const testAddress = '127.0.0.2';
const testDomains: Readonly<Record<string, string>> = {
  'dbl.spamhaus.org': 'dbltest.com',
  'multi.surbl.org': 'test.surbl.org',
};

const lists: readonly (readonly [string, Blocklist])[] = Object.entries(blocklists);

const zones: readonly Zone[] = [...new Set(lists.map(([, { zone }]) => zone))].map((zone) => {
  const own = lists.filter(([, list]) => list.zone === zone);
  return {
    zone,
    names: own[0]?.[1].names ?? 'ip',
    testEntry: testDomains[zone] ?? testAddress,
    answers: new Map(own.map(([list, { answer }]) => [list, answer])),
  };
});

/** Mail servers by provider, as their domains' MX records have them. */
const exchangers: ReadonlyMap<string, string> = new Map([
  ['gmail', 'aspmx.l.google.com'],
  ['microsoft', 'outlook-com.olc.protection.outlook.com'],
  ['microsoft365', 'tenant.mail.protection.outlook.com'],
  ['yahoo', 'mta5.am0.yahoodns.net'],
  ['apple', 'mx01.mail.icloud.com'],
  ['gmx', 'mx00.gmx.net'],
]);

/**
 * Returns what the world says in DNS: the entries of its blocklists, and mail servers of the domains whose
 * provider is known. Every other name is unknown.
 */
export function createWorldNames(world: NamedWorld): AnswerName {
  return (name, type) => {
    const found = zoneOf(name);
    if (found) return type === 'A' ? listed(found, world) : 'no-data';
    const provider = world.providerOf(name);
    if (provider === undefined) return 'no-name';
    if (type !== 'MX') return 'no-data';
    return [`10 ${exchangers.get(provider) ?? `mx.${name}`}`];
  };
}

/** A customer of Spamhaus asks under a key of his own; any will do here. */
const withKey = /^(.+)\.[a-z0-9]+\.([a-z]+)\.dq\.spamhaus\.net$/;

type Asked = { readonly zone: Zone; readonly entry: string };

function zoneOf(name: string): Asked | undefined {
  const plain = name.replace(withKey, '$1.$2.spamhaus.org');
  const zone = zones.find((one) => plain.endsWith(`.${one.zone}`));
  if (!zone) return undefined;
  const before = plain.slice(0, -zone.zone.length - 1);
  return { zone, entry: zone.names === 'ip' ? before.split('.').toReversed().join('.') : before };
}

function listed({ zone, entry }: Asked, { listingsOf }: NamedWorld): ReturnType<AnswerName> {
  const { answers, testEntry } = zone;
  if (entry === testEntry) return [...answers.values()];
  const found = listingsOf(entry).flatMap((list) => answers.get(list) ?? []);
  return found.length > 0 ? found : 'no-name';
}
