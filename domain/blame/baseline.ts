import type { Cell, Origin } from '../evidence/model.ts';

/**
 * Returns the ordinary failure rate of any mail, 0..1, learned from the time before the onset: that of
 * all mail, times how much worse than all its tenant and its provider were. Ten minutes hold few
 * failures, so each of the three is pulled to what is tolerated or to all mail with the weight of two
 * failures. Without such mail it is the tolerated rate.
 */
export function ordinaryRates(
  before: readonly Cell[],
  tolerated: (origin: Origin) => number,
): (origin: Origin) => number {
  const all = { sent: 0, failed: 0, expected: 0 };
  for (const { origin, sent, failed } of before) {
    all.sent += sent;
    all.failed += failed;
    all.expected += sent * tolerated(origin);
  }
  if (all.sent === 0) return tolerated;
  const level = (all.failed + priorFailures) / (all.expected + priorFailures);
  const expectedOf = ({ origin, sent }: Cell) => sent * tolerated(origin) * level;
  const tenants = factors(before, ({ origin }) => origin.tenant, expectedOf);
  const providers = factors(before, ({ origin }) => origin.provider, expectedOf);
  return (origin) => {
    const factor =
      level * (tenants.get(origin.tenant) ?? 1) * (providers.get(origin.provider) ?? 1);
    return tolerated(origin) * Math.min(factorMax, Math.max(factorMin, factor));
  };
}

/** Failures that the prior counts for: with two, one failure in little mail proves no habit. */
const priorFailures = 2;

/** How far from what is tolerated an ordinary rate may lie. */
const factorMin = 0.02;
const factorMax = 20;

function factors(
  cells: readonly Cell[],
  nameOf: (cell: Cell) => string,
  expectedOf: (cell: Cell) => number,
): ReadonlyMap<string, number> {
  const sums = new Map<string, { failed: number; expected: number }>();
  for (const cell of cells) {
    const name = nameOf(cell);
    const sum = sums.get(name) ?? { failed: 0, expected: 0 };
    sum.failed += cell.failed;
    sum.expected += expectedOf(cell);
    sums.set(name, sum);
  }
  const factorOf = ({ failed, expected }: { failed: number; expected: number }) =>
    (failed + priorFailures) / (expected + priorFailures);
  return new Map([...sums].map(([name, sum]) => [name, factorOf(sum)]));
}
