/** What a pool that was left on trial turns out to have been: at fault, where the same mail passes elsewhere. */
import type { Cause } from '../blame/model.ts';
import { judgeTrial } from '../evidence/release.ts';
import { dayMs, epochMs } from '../time.ts';
import { rescueActions } from './decide-cause.ts';
import type { Decision, Situation } from './model.ts';
import { isSameRegion, isWithin } from './orders.ts';
import type { Plan } from './plan.ts';
import { allMail } from './traffic.ts';

/** So long after its move a trial is looked at: what it would rescue has expired by then. */
const openMs = dayMs;

/**
 * Returns the plans that send once more what a pool lost that its only tenant left on trial, as soon as seven
 * mails of that tenant passed through another pool: with that the pool is found at fault, which nobody else's
 * mail could show.
 */
export function* planConclusions(look: () => Situation): Generator<Plan> {
  for (const trial of look().history) {
    const situation = look();
    const address = addressOnTrial(trial, situation);
    if (!address || !passesElsewhere(trial, address, situation)) continue;
    const { pool = '', provider = '' } = address.region;
    const [to] = trial.actions.flatMap((action) =>
      action.kind === 'move' ? action.pools.filter((one) => one.pool !== pool) : [],
    );
    const actions = to ? rescueActions({ from: pool, to: to.pool }, situation) : [];
    if (actions.length === 0) continue;
    yield {
      id: situation.newId(),
      actions,
      cause: address,
      evidence: [
        `what pool ${pool} was refused by ${provider} passes through other pools, so the pool was at fault`,
      ],
      counterEvidence: [],
    };
  }
}

/** The pool that a decision moved mail away from without being sure, unless that is concluded. */
function addressOnTrial(trial: Decision, { history, now }: Situation): Cause | undefined {
  const { done, at, undecided, actions } = trial;
  if (!done || !undecided || at <= now - openMs) return undefined;
  if (!actions.some(({ kind }) => kind === 'move')) return undefined;
  const address = undecided.candidates.find(({ kind }) => kind === 'pool×provider');
  const isNamed = history.some(
    ({ at: later, cause }) =>
      later >= at &&
      cause !== undefined &&
      address !== undefined &&
      cause.signal === address.signal &&
      isSameRegion(cause.region, address.region),
  );
  return isNamed ? undefined : address;
}

/** By the mail of those who had the pool for themselves, wherever it goes at that provider. */
function passesElsewhere({ at }: Decision, address: Cause, { book, now }: Situation): boolean {
  const { signal, onset, region } = address;
  const { provider = '' } = region;
  const before = book.cells(allMail, { since: onset, until: epochMs(at + 1) });
  const tenants = new Set(
    before.flatMap(({ origin }) => (isWithin(region, origin) ? [origin.tenant] : [])),
  );
  return (
    tenants.size > 0 &&
    [...tenants].every(
      (tenant) =>
        judgeTrial(book, { region: { tenant, provider }, signal, since: at, now }) === 'passed',
    )
  );
}
