/** What is done while it is not known who is at fault. */
import { chooseProbes } from '../blame/choose-probes.ts';
import type { Undecided } from '../blame/model.ts';
import { hourMs } from '../time.ts';
import { counterEvidenceOf, undecidedEvidenceOf } from './explain.ts';
import type { Found } from './look.ts';
import { lengthened, measureFor, measureMs } from './measures.ts';
import type { Situation } from './model.ts';
import { numbering } from './move-share.ts';
import { contains, isSameRegion, openOrders, orderFor } from './orders.ts';
import type { Plan } from './plan.ts';

/** Holds what all candidates share, but for a few probes of trusted tenants; what only slows is left to time. */
export function planUndecided(
  undecided: Undecided,
  { verdict, cells }: Found,
  situation: Situation,
): Plan | undefined {
  const { intersection, candidates } = undecided;
  const { now, trustOf, history } = situation;
  const waits = candidates.every(({ signal, kind }) => measureFor(signal, kind) === 'slow');
  const isHeld = openOrders(situation).some(({ region }) => contains(region, intersection));
  if (waits || isHeld || Object.keys(intersection).length === 0) return undefined;
  const before = history.filter(
    (one) => one.undecided && isSameRegion(one.undecided.intersection, intersection),
  );
  const last = before.at(-1);
  if (last && !last.done && last.at > now - hourMs) return undefined;
  const decision = numbering(situation.newId());
  const probes = chooseProbes(undecided, cells, (tenant) => trustOf(tenant) === 'established');
  const order = orderFor(
    {
      region: intersection,
      share: 0,
      forMs: lengthened(measureMs.undecided, before.length),
      ...(probes && { probes }),
    },
    decision.id,
    { now, part: decision.next() },
  );
  return {
    id: decision.id,
    actions: [{ kind: 'hold-pair', order }],
    undecided,
    verdict,
    evidence: undecidedEvidenceOf(undecided),
    counterEvidence: candidates.flatMap(counterEvidenceOf),
  };
}
