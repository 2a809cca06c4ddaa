/** What a decision says for itself: sentences of the record, and the page that a person reads. */
import type { Cause, Undecided } from '../blame/model.ts';
import type { Signal } from '../classification/reasons.ts';
import type { Verdict } from '../evidence/model.ts';
import type { EpochMs } from '../time.ts';
import { secondMs } from '../time.ts';
import type { Action, Order, Stream } from './model.ts';
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
  if (cause.sent === 0)
    return [
      `our own query finds address ${cause.region.ip ?? 'unknown'} of pool ${cause.region.pool ?? 'unknown'} on a blocklist`,
    ];
  const tolerated = cause.sent > 0 ? cause.expected / cause.sent : (verdict?.tolerated ?? 0);
  const strength = verdict ? `; evidence 1 : ${odds(verdict.lnEvidence)}` : '';
  const { providers, tenants, recipientDomains } = cause.vouchedBy;
  return [
    `since ${clockOf(cause.onset, now)}: ${grouped(cause.failed)} of ${grouped(cause.sent)} ${mailsOf(cause.region)} ${happened[cause.signal]}, tolerated ${percent(tolerated)}${strength}`,
    `a cause of another kind is ${odds(cause.lnOdds)} times less likely`,
    `known providers vouch for failures of ${tenants} tenants at ${providers} providers to ${recipientDomains} domains`,
    ...(cause.earnedBy ? [`earned in the 72 hours before by ${mailsOf(cause.earnedBy)}`] : []),
  ];
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
      return `${action.stream}: mail to ${action.provider} goes through ${action.pools.map(({ pool }) => pool).join(', ') || 'no pool'} instead of ${action.before.map(({ pool }) => pool).join(', ')}`;
    case 'quarantine':
      if (action.standing.state !== 'quarantined')
        return `pool ${action.pool} is ${action.standing.state} for ${everybody(action.provider)}`;
      return `pool ${action.pool} takes no mail to ${everybody(action.provider)}${action.standing.until === undefined ? '' : ` until ${clockOf(action.standing.until, now)}, when probes decide`}`;
    case 'quarantine-ip':
      return `address ${action.ip} leaves pool ${action.from}`;
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

/** Returns what of a stream's mail cannot be recalled: SES tries on for its maximum delivery time. */
export function stillInside(streams: readonly Stream[]): readonly string[] {
  return streams.map(
    ({ stream, maxDeliverySeconds }) =>
      `${stream}: mail that SES has already taken is tried for up to ${lengthOf(maxDeliverySeconds * secondMs)} more and cannot be recalled`,
  );
}

/** Returns what becomes of mail that finds no warm pool. */
export function expiryOf(heldPerHour: number, streams: readonly Stream[]): readonly string[] {
  if (heldPerHour <= 0) return [];
  return [
    `about ${grouped(heldPerHour)} mails an hour wait (${streams.map(({ stream }) => stream).join(', ')}); a mail whose expiresAt passes before the hold ends expires`,
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

function orderDeed({ kind, region, share, until, probes, streams }: Order, now: EpochMs): string {
  const whose = streams ? ` (${streams.join(', ')})` : '';
  const what = kind === 'hold' ? 'wait' : `leave at ${percent(share)}`;
  const but = probes ? `, but for ${probes.mails} probes of ${probes.tenants.join(', ')}` : '';
  return `${mailsOf(region)}${whose} ${what} until ${clockOf(until, now)}${but}`;
}

function everybody(provider: string): string {
  return provider === '*' ? 'anybody' : provider;
}
