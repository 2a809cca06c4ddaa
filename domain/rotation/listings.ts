/** Blocklists: whether an address is on one, whether that is confirmed, and whether a person must act. */
import type { Cause } from '../blame/model.ts';
import { blocklistKeepers } from '../blocklist-zones.ts';
import type { Failure } from '../evidence/model.ts';
import { epochMs } from '../time.ts';
import { quarantinePool } from './apply.ts';
import { poolNamed } from './capacity.ts';
import type { Pool, Situation } from './model.ts';
import type { Scene } from './plan.ts';

/** A list of senders: an entry names who spams, and goes when they stop. */
const ofSenders = 'spamhaus-sbl';

/**
 * Least of each that must agree where our own query says nothing. Two of a kind are the project's rule; four
 * mailboxes are ours, because one person easily has two.
 */
const witnessesMin = { providers: 2, tenants: 2, recipientDomains: 2, mailboxes: 4 } as const;

/**
 * Returns whether an address or pool is bad everywhere: by our own query, or by two known providers that
 * refuse two tenants' mail to two recipient domains and four mailboxes. Anybody can run a mail server that
 * claims it, so a domain whose provider is known by DNS alone is one mailbox, and who names a list that does
 * not name our address by our own query is none.
 */
export function isConfirmed(scene: Scene, pool: Pool): boolean {
  return ownListings(scene, pool).length > 0 || isWitnessed(scene, pool);
}

/** Returns whether a blocklist is why mail is refused: by our own query, or in the words of known providers. */
export function isListed(scene: Scene, pool: Pool): boolean {
  return ownListings(scene, pool).length > 0 || quotedLists(scene).length > 0;
}

/** Returns whether the listing is one that only a person can answer. */
export function needsPerson(scene: Scene, pool: Pool): boolean {
  return [...ownListings(scene, pool), ...quotedLists(scene)].includes(ofSenders);
}

/** Returns a cause for each address of a pool that our own query finds on a list, before a provider says so. */
export function listingCauses({ pools, listings, now }: Situation): readonly Cause[] {
  return pools
    .filter(({ pool }) => pool !== quarantinePool)
    .flatMap(({ pool, ips }) => ips.map((ip) => ({ pool, ip })))
    .filter(({ ip }) => (listings.get(ip) ?? []).length > 0)
    .map((region) => ({
      kind: 'ip',
      region,
      signal: 'block',
      onset: now,
      sent: 0,
      failed: 0,
      expected: 0,
      score: 0,
      lnOdds: 0,
      counterEvidence: [],
      vouchedBy: { providers: 0, tenants: 0, recipientDomains: 0 },
    }));
}

/** Returns the blocklists by name: what our own query finds of which address, and what known providers quote. */
export function listingEvidenceOf(scene: Scene): readonly string[] {
  const { ip, pool: name } = scene.cause.region;
  const pool = poolNamed(scene.situation, name);
  const ips = ip === undefined ? (pool?.ips ?? []) : [ip];
  const own = ips.flatMap((one) => {
    const lists = scene.situation.listings.get(one) ?? [];
    const where = name === undefined ? '' : ` of pool ${name}`;
    return lists.length === 0
      ? []
      : [`our own query finds address ${one}${where} on ${lists.join(', ')}`];
  });
  const quoted = [...new Set(quotedLists(scene))];
  return quoted.length === 0
    ? own
    : [...own, `replies of known providers name the blocklist ${quoted.join(', ')}`];
}

function isWitnessed(scene: Scene, pool: Pool): boolean {
  const { vouchedBy } = scene.cause;
  const { providers, tenants, recipientDomains, mailboxes } = witnessesMin;
  if (vouchedBy.providers < providers || vouchedBy.tenants < tenants) return false;
  const heard = failuresOf(scene).filter(
    (failure) => failure.vouched && !isRefuted(failure, scene, pool),
  );
  const distinct = (nameOf: (failure: Failure) => string) => new Set(heard.map(nameOf)).size;
  return (
    distinct(({ origin }) => origin.provider) >= providers &&
    distinct(({ origin }) => origin.tenant) >= tenants &&
    distinct((failure) => failure.recipientDomain) >= recipientDomains &&
    distinct(({ hosted, mailbox, recipientDomain, key }) =>
      hosted ? recipientDomain : (mailbox ?? key),
    ) >= mailboxes
  );
}

/** A list that we can ask ourselves, and that names none of the addresses that the mail may have left from. */
function isRefuted({ blocklist, ip }: Failure, { situation }: Scene, pool: Pool): boolean {
  if (blocklist === undefined) return false;
  const ips = ip === undefined ? pool.ips : [ip];
  return (
    blocklistKeepers.some((keeper) => blocklist.startsWith(keeper)) &&
    ips.length > 0 &&
    ips.every((one) => situation.listings.get(one)?.length === 0)
  );
}

function ownListings({ cause, situation }: Scene, pool: Pool): readonly string[] {
  const { ip } = cause.region;
  const ips = ip === undefined ? pool.ips : [ip];
  return ips.flatMap((one) => situation.listings.get(one) ?? []);
}

function quotedLists(scene: Scene): readonly string[] {
  return failuresOf(scene).flatMap(({ blocklist, vouched }) =>
    vouched && blocklist !== undefined ? [blocklist] : [],
  );
}

function failuresOf({ cause, situation }: Scene): readonly Failure[] {
  const window = { since: cause.onset, until: epochMs(situation.now + 1), within: cause.region };
  return situation.book.failures([cause.signal], window);
}
