/** What a new assignment changes: which mail comes to another pool than before. */
import { sharesOf, type WeightedPool } from '../assignment.ts';
import type { Flow, Trusted } from './traffic.ts';

/** What is new to a pool of a flow, and what of the same flow it had, recipients an hour. */
export type Moved<Mail extends Flow = Trusted> = {
  readonly flow: Mail;
  readonly to: string;
  readonly had: number;
};

/** Returns what of some flows comes to pools that did not have it before. */
export function movedFlows<Mail extends Flow>(
  flows: readonly Mail[],
  before: readonly WeightedPool[],
  after: readonly WeightedPool[],
): readonly Moved<Mail>[] {
  const known = new Map<string, readonly Change[]>();
  return flows.flatMap((flow) => {
    const changes = known.get(flow.tenant) ?? changesOf(flow.tenant, before, after);
    known.set(flow.tenant, changes);
    return changes.map(({ to, share, had }) => ({
      flow: { ...flow, perHour: flow.perHour * share },
      to,
      had: flow.perHour * had,
    }));
  });
}

/** Returns what pools get, recipients an hour. */
export function inflowOf(moved: readonly Moved<Flow>[]): Map<string, number> {
  const inflow = new Map<string, number>();
  for (const { flow, to } of moved) inflow.set(to, (inflow.get(to) ?? 0) + flow.perHour);
  return inflow;
}

type Change = { readonly to: string; readonly share: number; readonly had: number };

/** A share that differs by rounding alone is none that changed. */
const leastChange = 1e-9;

function changesOf(
  tenant: string,
  before: readonly WeightedPool[],
  after: readonly WeightedPool[],
): readonly Change[] {
  const old = new Map(sharesOf(before, tenant).map(({ pool, share }) => [pool, share]));
  return sharesOf(after, tenant).flatMap(({ pool, share }) => {
    const had = old.get(pool) ?? 0;
    return share > had + leastChange ? [{ to: pool, share: share - had, had }] : [];
  });
}
