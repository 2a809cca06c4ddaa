/** What a decision says for itself: sentences of the record, and the page that a person reads. */
import { isSameAssignment, type PoolShare, sharesOf, type WeightedPool } from '../assignment.ts';
import type { Cause, Undecided } from '../blame/model.ts';
import type { Signal } from '../classification/reasons.ts';
import type { Region, Verdict } from '../evidence/model.ts';
import { type EpochMs, epochMs, hourMs, secondMs } from '../time.ts';
import type { Action, Order, Situation, Stream } from './model.ts';
import { allMail } from './traffic.ts';
import { clockOf, grouped, lengthOf, mailsOf, odds, percent } from './words.ts';

/** What happened to a mail that shows the signal. */
const happened: Readonly<Record<Signal, string>> = {
  block: 'blocked',
  domain: 'refused for their domain',
  content: 'refused for their content',
  deferral: 'put off',
  'hard-bounce': 'sent to dead addresses',
  complaint: 'complained about',
  outage: 'lost to trouble at the provider',
};

/** Returns what the evidence says: "since 14:20 UTC: 9 of 31 mails to microsoft … blocked, tolerated 0.2 %; …". */
export function evidenceOf(
  cause: Cause,
  verdict: Verdict | undefined,
  now: EpochMs,
): readonly string[] {
  // A listing that our own query finds before a provider says so; see `listingEvidenceOf`.
  if (cause.sent === 0) return [];
  const tolerated = cause.sent > 0 ? cause.expected / cause.sent : (verdict?.tolerated ?? 0);
  const strength = verdict ? `; evidence 1 : ${odds(verdict.lnEvidence)}` : '';
  const { providers, tenants, recipientDomains } = cause.vouchedBy;
  return [
    `since ${clockOf(cause.onset, now)}: ${grouped(cause.failed)} of ${grouped(cause.sent)} ${mailsOf(cause.region)} ${whatHappened(cause, verdict)}, tolerated ${percent(tolerated)}${strength}`,
    `a cause of another kind is ${odds(cause.lnOdds)} times less likely`,
    `known providers vouch for failures of ${counted(tenants, 'tenant')} at ${counted(providers, 'provider')} to ${counted(recipientDomains, 'domain')}`,
    ...(cause.earnedBy ? [`earned in the 72 hours before by ${mailsOf(cause.earnedBy)}`] : []),
  ];
}

function whatHappened({ signal }: Cause, verdict: Verdict | undefined): string {
  return (verdict?.signals ?? [signal]).map((one) => happened[one]).join(' or ');
}

function counted(count: number, one: string): string {
  return `${grouped(count)} ${one}${count === 1 ? '' : 's'}`;
}

/** Returns what speaks against other explanations: "without tenant T, pool a is at 0.2 %". */
export function counterEvidenceOf({ counterEvidence }: Cause): readonly string[] {
  return counterEvidence.map(({ region, without, sent, failed }) => {
    const rate =
      sent > 0
        ? `${percent(failed / sent)} (${grouped(failed)} of ${grouped(sent)})`
        : 'without mail';
    return `without ${mailsOf(without)}, ${mailsOf(region)} are at ${rate}`;
  });
}

/** Returns what is known while the cause is not. */
export function undecidedEvidenceOf({ candidates, intersection }: Undecided): readonly string[] {
  return [
    `undecided between ${candidates.map(({ region }) => mailsOf(region)).join(', ')}`,
    `held meanwhile, because it is part of all of them: ${mailsOf(intersection)}`,
  ];
}

/** Returns one sentence on what an action does. */
export function deedOf(action: Action, now: EpochMs): string {
  switch (action.kind) {
    case 'hold-tenant':
    case 'hold-pair':
    case 'slow':
      return orderDeed(action.order, now);
    case 'move':
      return `${action.stream}: mail to ${action.provider} ${moveDeed(action)}`;
    case 'quarantine':
      if (action.standing.state !== 'quarantined')
        return `pool ${action.pool} is ${action.standing.state} for ${everybody(action.provider)}`;
      return `pool ${action.pool} takes no mail to ${everybody(action.provider)}${action.standing.until === undefined ? '' : ` until ${clockOf(action.standing.until, now)}, when probes decide`}`;
    case 'quarantine-ip':
      return `address ${action.ip} leaves pool ${action.from}${action.to === undefined ? '' : ` for pool ${action.to}`}`;
    case 'grow':
      return `pool ${action.pool} may send ${grouped(action.warmth.dayCap)} a day and ${grouped(action.warmth.hourCap)} an hour to ${action.provider}`;
    case 'rescue':
      return `${action.stream}: mail that pool ${action.from} lost to the block is sent once more through ${action.to}`;
    case 'release':
      return 'orderId' in action
        ? `order ${action.orderId} is lifted`
        : `pool ${action.pool} is ${action.standing.state} for ${everybody(action.provider)}`;
  }
}

/** So many tenants are named in a sentence. */
const namedMax = 3;

/** Weights that stay say nothing: then it is told whose mail goes elsewhere. */
function moveDeed({ before, pools }: Pick<Extract<Action, { kind: 'move' }>, 'before' | 'pools'>) {
  const weightsOf = (all: readonly WeightedPool[]) =>
    all.map(({ pool, weight }) => ({ pool, weight }));
  if (!isSameAssignment(weightsOf(before), weightsOf(pools)))
    return `goes through ${pools.map(({ pool }) => pool).join(', ') || 'no pool'} instead of ${before.map(({ pool }) => pool).join(', ')}`;
  const named = new Set([...before, ...pools].flatMap(({ placed = {} }) => Object.keys(placed)));
  const changed = [...named].filter(
    (tenant) => textOf(sharesOf(before, tenant)) !== textOf(sharesOf(pools, tenant)),
  );
  const told = changed.slice(0, namedMax).map((tenant) => {
    return `of tenant ${tenant} goes through ${textOf(sharesOf(pools, tenant))} instead of ${textOf(sharesOf(before, tenant))}`;
  });
  const more = changed.length - told.length;
  if (told.length === 0) return 'stays where it is';
  return `${told.join(', ')}${more > 0 ? `, and that of ${grouped(more)} more tenants elsewhere` : ''}`;
}

function textOf(shares: readonly PoolShare[]): string {
  return shares
    .map(({ pool, share }) => (share === 1 ? pool : `${pool} (${percent(share)})`))
    .join(' and ');
}

/**
 * Returns what of each stream's mail cannot be recalled: SES tries on for its maximum delivery time. Deliveries
 * are not in the evidence, so that its count is of all that was handed over in that time: an upper bound.
 */
export function stillInside(
  streams: readonly Stream[],
  { pool, provider }: Region,
  { book, now }: Pick<Situation, 'book' | 'now'>,
): readonly string[] {
  const within = {
    ...(pool !== undefined && { pool }),
    ...(provider !== undefined && { provider }),
  };
  return streams.flatMap(({ stream, maxDeliverySeconds }) => {
    const lengthMs = maxDeliverySeconds * secondMs;
    const window = { since: epochMs(now - lengthMs), until: epochMs(now + 1), within };
    const sent = book
      .cells(allMail, window)
      .reduce((sum, cell) => sum + (cell.origin.stream === stream ? cell.sent : 0), 0);
    if (sent < 1) return [];
    return [
      `${stream}: up to ${grouped(sent)} ${mailsOf(within)} that SES has already taken are tried for up to ${lengthOf(lengthMs)} more and cannot be recalled`,
    ];
  });
}

/** Returns what becomes of mail that finds no warm pool until its hold ends. */
export function expiryOf(
  heldPerHour: number,
  streams: readonly Stream[],
  { now, until }: { readonly now: EpochMs; readonly until: EpochMs },
): readonly string[] {
  if (heldPerHour <= 0) return [];
  const whose = streams.map(({ stream }) => stream).join(', ');
  const byThen = heldPerHour * ((until - now) / hourMs);
  return [
    `about ${grouped(heldPerHour)} mails an hour wait (${whose}), ${grouped(byThen)} by ${clockOf(until, now)} if nothing changes; from now on each one expires when its expiresAt passes, and one with content in the bucket after retention.contentDays`,
  ];
}

/** Returns the page: what happened, what was done, what to do. */
export function pageOf(page: {
  readonly happened: readonly string[];
  readonly did: readonly string[];
  readonly advice: string;
}): string {
  const did = page.did.length === 0 ? ['nothing'] : page.did;
  return [
    `What happened: ${page.happened.join('; ')}.`,
    `What was done: ${did.join('; ')}.`,
    `What to do: ${page.advice}.`,
  ].join('\n');
}

/** Returns the command that takes a decision back. */
export function undoCommand(decision: string): string {
  return `goodstanding decisions undo ${decision}`;
}

function orderDeed(order: Order, now: EpochMs): string {
  const { kind, region, share, until, probes, streams, oldestFirstSince } = order;
  const whose = streams ? ` (${streams.join(', ')})` : '';
  const oldest = oldestFirstSince === undefined ? '' : ', what waits longest first,';
  const what = kind === 'hold' ? 'wait' : `leave at ${percent(share)}${oldest}`;
  const but = probes ? `, but for ${probes.mails} probes of ${probes.tenants.join(', ')}` : '';
  return `${mailsOf(region)}${whose} ${what} until ${clockOf(until, now)}${but}`;
}

function everybody(provider: string): string {
  return provider === '*' ? 'anybody' : provider;
}
