/** Accounts that suddenly send far more than ever: their mail waits a little as soon as it fails, and is looked at. */
import type { Region, Verdict } from '../evidence/model.ts';
import { doingSignals, judgeSurge, surgeSince } from '../evidence/surges.ts';
import { epochMs, hourMs } from '../time.ts';
import { regionsOf, watchedOf } from './look.ts';
import { lengthened, measureMs, patienceShares } from './measures.ts';
import type { Decision, Situation, Trigger } from './model.ts';
import { numbering } from './move-share.ts';
import { contains, openOrders, orderFor } from './orders.ts';
import { isPatience, withoutPatience } from './past.ts';
import type { AdvisedPlan } from './plan.ts';
import { trickleAfter } from './plan-holds.ts';
import { isStopOver } from './stop.ts';
import { clockOf, grouped, lengthOf, odds, percent } from './words.ts';

/** A surge that had to wait is watched for so long after: what it showed before counts on. */
const watchMs = hourMs;

/** Returns the surges among what the trigger is about whose mail fails more than it should, by tenant. */
export function lookAtSurges(situation: Situation, trigger: Trigger): readonly Verdict[] {
  if (trigger.kind === 'again') return [];
  const tenants = new Set(regionsOf(situation, trigger).flatMap(({ tenant }) => tenant ?? []));
  return [...tenants].flatMap((tenant) => {
    const verdict = verdictOf(tenant, situation);
    return verdict === undefined || verdict.level === 'quiet' ? [] : [verdict];
  });
}

function verdictOf(tenant: string, situation: Situation): Verdict | undefined {
  const { book, now, baselineOf } = situation;
  const hasFailed = book.failing({
    since: epochMs(now - watchMs),
    until: epochMs(now + 1),
    within: { tenant },
  });
  if (!doingSignals.some((signal) => hasFailed.includes(signal))) return undefined;
  const since =
    waitsOf({ tenant }, situation).at(-1)?.verdict?.onset ?? surgeSince(book, tenant, now);
  if (since === undefined) return undefined;
  return judgeSurge(book, {
    tenant,
    since,
    now,
    normalOf: (signal) => baselineOf?.({ tenant }, signal),
    watched: (situation.watched ?? watchedOf(situation)).own,
  });
}

/** Returns whether a tenant is held for longer than a surge waits. */
export function isHeldWhole(region: Region, situation: Situation): boolean {
  return openOrders(withoutPatience(situation)).some(
    (order) => order.share === 0 && !order.probes && contains(order.region, region),
  );
}

/**
 * Returns the plan that makes a surge wait for the answers of what it has sent: all of it for a few minutes, longer
 * each time, then a little and a little more. Undefined while it waits already.
 */
export function planPatience(verdict: Verdict, situation: Situation): AdvisedPlan | undefined {
  const { region } = verdict;
  const before = waitsOf(region, situation);
  const last = before.at(-1);
  if (last && (!last.done || isOpen(last, situation)) && !isStopOver(last, situation))
    return undefined;
  if (last && !hasFailedSince(last, verdict, situation)) return undefined;
  const { now } = situation;
  const id = situation.newId();
  const decision = numbering(id);
  const forMs = lengthened(measureMs.patience, before.length);
  const hold = {
    kind: 'hold-pair',
    order: orderFor({ region, share: 0, forMs }, id, { now, part: decision.next() }),
  } as const;
  return {
    id,
    actions: [
      hold,
      ...trickleAfter(hold, {
        now,
        decision,
        steps: { shares: patienceShares, eachMs: measureMs.patienceStep },
      }),
    ],
    verdict,
    evidence: [sayOfSurge(verdict, situation), sayOfFailures(verdict, situation)],
    counterEvidence: [],
  };
}

/** Returns what is said of a surge: how much it sent since when. */
export function sayOfSurge({ region, onset, sent }: Verdict, { now }: Situation): string {
  return `tenant ${region.tenant} has sent ${grouped(sent)} mails in ${lengthOf(now - onset)}, more than three times the pace of its busiest hour`;
}

function sayOfFailures(
  { onset, sent, failed, tolerated, lnEvidence }: Verdict,
  { now }: Situation,
): string {
  return `since ${clockOf(onset, now)}: ${grouped(failed)} of these ${grouped(sent)} refused for what a sender does, tolerated ${percent(tolerated)}; evidence 1 : ${odds(lnEvidence)}`;
}

/** Decisions that made a tenant's surge wait, carried out or not, as long as it is watched. */
function waitsOf({ tenant }: Region, { history, now }: Situation): readonly Decision[] {
  return history.filter(
    (one) => isPatience(one) && one.verdict?.region.tenant === tenant && one.at > now - watchMs,
  );
}

function isOpen({ id }: Decision, situation: Situation): boolean {
  return openOrders(situation).some(({ decision, share }) => decision === id && share === 0);
}

function hasFailedSince({ at }: Decision, { region }: Verdict, { book, now }: Situation): boolean {
  const window = { since: epochMs(at), until: epochMs(now + 1), within: region };
  return book.failures(doingSignals, window).length > 0;
}
