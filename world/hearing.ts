import { blocklistOf } from './blocklists.ts';
import type { Complaints } from './complaints.ts';
import type { Listings } from './listings.ts';
import type { Answer, Draw, Handed } from './model.ts';
import type { CommonNumbers } from './parameters.ts';
import { type Provider, standingOf } from './provider.ts';
import type { Refusal } from './replies/reply.ts';
import { replyTo } from './replies.ts';
import type { Standing } from './standing.ts';

/** What all providers share. */
export type Surroundings = {
  readonly common: CommonNumbers;
  readonly listings: Listings;
  readonly complaints: Complaints;
  readonly draw: Draw;
  /** A mail hit a spam trap. */
  readonly onTrap: (ip: string, at: number) => void;
};

/** Like mails before a provider, with what has been answered so far. */
export type Hearing = Surroundings & {
  readonly mails: Handed;
  readonly at: number;
  readonly token: unknown;
  readonly provider: Provider;
  readonly ip: Standing;
  readonly domain: Standing;
  /** Lists that name the address. */
  readonly ipLists: readonly string[];
  /** Name of a listed domain (of sender or link) with its list. */
  readonly listedDomain: { readonly name: string; readonly list: string } | undefined;
  readonly answers: Answer[];
  /** Mails without an answer. */
  left: number;
};

/** One thing that a provider looks at; it answers for some of the mails that are left, or for none. */
export type Stage = (hearing: Hearing) => void;

/** Opens the hearing of some mails: looks up what the provider and the lists know of their sender. */
export function openHearing(
  surroundings: Surroundings,
  provider: Provider,
  brought: Pick<Hearing, 'mails' | 'at' | 'token'> & { readonly count: number },
): Hearing {
  const { common, listings } = surroundings;
  const { mails, count, at, token } = brought;
  const { ip, domain, urlDomain } = mails;
  return {
    ...surroundings,
    mails,
    at,
    token,
    provider,
    ip: standingOf(provider.ips, ip, { at, common }),
    domain: standingOf(provider.domains, domain, { at, common }),
    ipLists: listings.of(ip, at),
    listedDomain: listed(listings, domain, at) ?? listed(listings, urlDomain, at),
    answers: [],
    left: count,
  };
}

/** Answers for some of the mails with a refusal; whether they may come again is in the reply. */
export function turnAway(hearing: Hearing, count: number, refusal: Refusal): void {
  if (count <= 0) return;
  const { mails, provider, ipLists, listedDomain, draw, common } = hearing;
  const list = refusal === 'listed-domain' ? listedDomain?.list : ipLists[0];
  const quoted = {
    ip: mails.ip,
    domain: mails.domain,
    listed: listedDomain?.name,
    zone: list === undefined ? undefined : blocklistOf(list).zone,
  };
  const said = replyTo(provider.name, refusal, { quoted, vagueShare: common.vagueShare, draw });
  answer(hearing, count, said);
}

/** Answers for some of the mails with these words. */
export function answer(
  hearing: Hearing,
  count: number,
  { status, reply }: { readonly status: string; readonly reply: string },
): void {
  if (count <= 0) return;
  const kind = status.startsWith('4') ? 'deferred' : 'refused';
  hearing.answers.push({ kind, count, status, reply });
  hearing.left -= count;
}

function listed(listings: Listings, name: string | undefined, at: number): Hearing['listedDomain'] {
  if (name === undefined) return undefined;
  const [list] = listings.of(name, at);
  return list === undefined ? undefined : { name, list };
}
