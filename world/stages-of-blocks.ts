import { blocklistOf } from './blocklists.ts';
import { between, binomial } from './dice.ts';
import { type Hearing, type Stage, turnAway } from './hearing.ts';
import { prefixOf } from './provider.ts';
import type { Refusal } from './replies/reply.ts';
import { logitOf, reputationOf } from './standing.ts';

/** Blocks and quotas that stand against an address, its /24 or a domain by an event. */
export const verdicts: Stage = (hearing) => {
  const { provider, mails, at } = hearing;
  const found =
    provider.verdicts.at(mails.ip, at) ??
    provider.verdicts.at(prefixOf(mails.ip), at) ??
    provider.verdicts.at(mails.domain, at);
  if (found !== undefined) turnAway(hearing, hearing.left, found);
};

/** Blocks that an address earned. */
export const earnedBlock: Stage = (hearing) => {
  const { ip, at, common } = hearing;
  if (ip.refusedUntil === 0) return;
  if (at < ip.refusedUntil) {
    turnAway(hearing, hearing.left, refusalFor[ip.refusedFor]);
    return;
  }
  ip.refusedUntil = 0;
  if (ip.refusedFor === 'reputation') ip.logit = Math.max(ip.logit, logitOf(common.secondChance));
};

/** Public lists, as far as the provider asks them. */
export const listed: Stage = (hearing) => {
  const { provider, ipLists, listedDomain, draw } = hearing;
  const { numbers } = provider;
  if (ipLists.length > 0) {
    const share = ipLists.some((list) => blocklistOf(list).spamhaus)
      ? numbers.spamhausRefusedShare
      : numbers.otherListRefusedShare;
    turnAway(hearing, binomial(draw, hearing.left, share), 'listed-ip');
  }
  if (listedDomain === undefined) return;
  const share = numbers.domainListRefusedShare;
  turnAway(hearing, binomial(draw, hearing.left, share), 'listed-domain');
};

/** What a low reputation costs; where it ends in a block, the block begins here. */
export const lowReputation: Stage = (hearing) => {
  const { provider } = hearing;
  const { lowReputation: manner } = provider.traits;
  if (manner === 'none') return;
  const { ip, domain } = reputationsOf(hearing);
  const { lowReputation: low, refusedReputation } = provider.numbers;
  if (manner === 'block') {
    if (ip < low) beginBlock(hearing);
    return;
  }
  const scope = domain < ip ? 'domain' : 'ip';
  const worse = Math.min(ip, domain);
  if (worse >= low) return;
  if (manner === 'graded' && worse < refusedReputation) {
    turnAway(hearing, hearing.left, `refused-${scope}`);
    return;
  }
  const share = (low - worse) / low;
  turnAway(hearing, binomial(hearing.draw, hearing.left, share), `low-${scope}`);
};

/** Returns the reputations that count now; a listing weighs on them while it stands. */
export function reputationsOf(hearing: Hearing): { readonly ip: number; readonly domain: number } {
  const { common, ip, domain, ipLists, listedDomain } = hearing;
  const burden = common.listingWeight;
  return {
    ip: reputationOf(ip, common, ipLists.length > 0 ? burden : 0),
    domain: reputationOf(domain, common, listedDomain === undefined ? 0 : burden),
  };
}

const refusalFor = {
  reputation: 'refused-ip',
  'unknown-users': 'unknown-users',
} as const satisfies Readonly<Record<string, Refusal>>;

function beginBlock(hearing: Hearing): void {
  const { provider, mails, ip, at, draw } = hearing;
  const { blockMinMs, blockMaxMs, neighbourChance } = provider.numbers;
  ip.refusedUntil = at + between(draw, blockMinMs, blockMaxMs);
  ip.refusedFor = 'reputation';
  if (draw() < neighbourChance) {
    provider.verdicts.set(prefixOf(mails.ip), ip.refusedUntil, 'refused-range');
  }
  turnAway(hearing, hearing.left, 'refused-ip');
}
