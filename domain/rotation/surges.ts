/** Accounts that suddenly send far more than ever: their mail waits a little as soon as it fails, and is looked at. */
import type { Region, Verdict } from '../evidence/model.ts';
import { doingSignals, judgeSurge, surgeSince } from '../evidence/surges.ts';
import { epochMs, hourMs } from '../time.ts';
import { regionsOf, watchedOf } from './look.ts';
import { lengthened, measureMs, patienceShares } from './measures.ts';
import type { Decision, Situation, Trigger } from './model.ts';
import { numbering } from './move-share.ts';
import { contains, openOrders, orderFor } from './orders.ts';
import { answeredUntil, isPatience, withoutPatience } from './past.ts';
import type { AdvisedPlan } from './plan.ts';
import { trickleAfter } from './plan-holds.ts';
import { adviceTooManyHolds, isStopOver, wouldHoldTooMany } from './stop.ts';
import { clockOf, grouped, lengthOf, odds, percent } from './words.ts';

/** A surge is watched for so long after it first had to wait: what it showed before counts on. */
const watchMs = hourMs;

/** A surge waits so often: what goes on after that is stopped only by evidence that acts. */
const waitsMax = 3;

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
  const began =
    waitsOf({ tenant }, situation).at(0)?.verdict?.onset ?? surgeSince(book, tenant, now);
  if (began === undefined) return undefined;
  // Who lifts a hold or a wait has answered what was heard before.
  const since = epochMs(Math.max(began, answeredUntil(situation, { tenant })));
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
 * each time, then a little and a little more. Undefined while it waits already, and when it has waited often enough.
 */
export function planPatience(verdict: Verdict, situation: Situation): AdvisedPlan | undefined {
  const { region } = verdict;
  const before = waitsOf(region, situation);
  if (before.filter(({ done }) => done).length >= waitsMax) return undefined;
  const last = before.at(-1);
  if (last && (!last.done || isOpen(last, situation)) && !isStopOver(last, situation))
    return undefined;
  if (last && !hasFailedSince(last, verdict, situation)) return undefined;
  const { now } = situation;
  const id = situation.newId();
  const decision = numbering(id);
  const forMs = lengthened(measureMs.patience, before.length);
  const hold = {
    kind: 'hold-tenant',
    order: orderFor({ region, share: 0, forMs }, id, { now, part: decision.next() }),
  } as const;
  const steps = { shares: patienceShares, eachMs: measureMs.patienceStep };
  const actions = [hold, ...trickleAfter(hold, { now, decision, steps })];
  return {
    id,
    actions,
    ...(wouldHoldTooMany(situation, actions) && {
      brake: 'too-many-holds',
      advice: adviceTooManyHolds,
    }),
    verdict,
    evidence: [sayOfSurge(verdict, situation), sayOfFailures(verdict, situation)],
    counterEvidence: [],
  };
}

/** Returns what is said of a surge: how much it sent since when, and at what pace while that is so. */
export function sayOfSurge({ region, onset, sent }: Verdict, { book, now }: Situation): string {
  const { tenant = '' } = region;
  const did = `tenant ${tenant} has sent ${grouped(sent)} mails`;
  const pace = 'more than three times the pace of its busiest hour';
  if (surgeSince(book, tenant, now) === onset) return `${did} in ${lengthOf(now - onset)}, ${pace}`;
  return `${did} since ${clockOf(onset, now)}, after it surged to ${pace}`;
}

function sayOfFailures(
  { onset, sent, failed, tolerated, lnEvidence }: Verdict,
  { now }: Situation,
): string {
  return `since ${clockOf(onset, now)}: ${grouped(failed)} of these ${grouped(sent)} refused for what a sender does, tolerated ${percent(tolerated)}; evidence 1 : ${odds(lnEvidence)}`;
}

/** Decisions that made a tenant's surge wait, carried out or not, oldest first, as long as it is watched. */
function waitsOf({ tenant }: Region, { history, now }: Situation): readonly Decision[] {
  const waits = history.filter(
    (one) => isPatience(one) && one.verdict?.region.tenant === tenant && one.at <= now,
  );
  // A wait after the watch of a surge is over is the first of another one.
  const first = waits.reduce<Decision | undefined>(
    (begun, one) => (begun && one.at < begun.at + watchMs ? begun : one),
    undefined,
  );
  if (!first || first.at <= now - watchMs) return [];
  return waits.filter(({ at }) => at >= first.at);
}

function isOpen({ id }: Decision, situation: Situation): boolean {
  return openOrders(situation).some(({ decision, share }) => decision === id && share === 0);
}

function hasFailedSince({ at }: Decision, { region }: Verdict, { book, now }: Situation): boolean {
  const window = { since: epochMs(at), until: epochMs(now + 1), within: region };
  return book.failures(doingSignals, window).length > 0;
}
