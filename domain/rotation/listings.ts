/** Blocklists: whether an address is on one, whether that is confirmed, and whether a person must act. */
import type { Cause } from '../blame/model.ts';
import { epochMs } from '../time.ts';
import { quarantinePool } from './apply.ts';
import type { Pool, Situation } from './model.ts';
import type { Scene } from './plan.ts';

/** A list of senders: an entry names who spams, and goes when they stop. */
const ofSenders = 'spamhaus-sbl';

/** Less than this can be forged by one stranger, or earned by one tenant at one provider. */
const witnessesMin = 2;

/**
 * Returns whether an address or pool is bad everywhere: by our own query, or by two known providers that
 * refuse two tenants' mail to two recipient domains. Anybody can run a mail server that claims it.
 */
export function isConfirmed(scene: Scene, pool: Pool): boolean {
  const { providers, tenants, recipientDomains } = scene.cause.vouchedBy;
  return (
    ownListings(scene, pool).length > 0 ||
    [providers, tenants, recipientDomains].every((count) => count >= witnessesMin)
  );
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

function ownListings({ cause, situation }: Scene, pool: Pool): readonly string[] {
  const { ip } = cause.region;
  const ips = ip === undefined ? pool.ips : [ip];
  return ips.flatMap((one) => situation.listings.get(one) ?? []);
}

function quotedLists({ cause, situation }: Scene): readonly string[] {
  const window = { since: cause.onset, until: epochMs(situation.now + 1), within: cause.region };
  return situation.book
    .failures([cause.signal], window)
    .flatMap(({ blocklist, vouched }) => (vouched && blocklist !== undefined ? [blocklist] : []));
}
