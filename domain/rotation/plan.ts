/** What would be done, before anybody asks whether it may be done. */
import type { Cause } from '../blame/model.ts';
import type { Verdict } from '../evidence/model.ts';
import type { EpochMs } from '../time.ts';
import type { Action, Brake, Decision, Situation } from './model.ts';
import { type Numbering, numbering } from './move-share.ts';

/** A decision without its autonomy. */
export type Plan = Omit<Decision, 'at' | 'autonomy' | 'done' | 'actsAt' | 'undo'>;

/** A plan that a person is to be called for where it gives advice. */
export type AdvisedPlan = Plan & {
  readonly advice?: string;
  /** What the deploy asks for, or what stands asks for to be kept: no switch, brake or autonomy stops it. */
  readonly declared?: true;
};

/** A cause, and what stands when something is to be done about it. */
export type Scene = {
  readonly cause: Cause;
  readonly situation: Situation;
  readonly verdict: Verdict | undefined;
  readonly decision: Numbering;
};

/** What a measure comes to; the words are put around it by whoever asked. */
export type Outline = {
  readonly actions: readonly Action[];
  readonly brake?: Brake;
  /** Sentences on what is done, for the record. */
  readonly deeds: readonly string[];
  /** What a person is to do; absent where nobody needs to be called. */
  readonly advice?: string;
  readonly moved?: Decision['moved'];
  readonly movers?: Decision['movers'];
  /** Pools that the mail goes to now, and from where. */
  readonly rescue?: { readonly from: string; readonly to: readonly string[] };
};

/** Returns a scene with a new decision's number. */
export function sceneOf(cause: Cause, situation: Situation, verdict: Verdict | undefined): Scene {
  return { cause, situation, verdict, decision: numbering(situation.newId()) };
}

/** Returns until when the longest of some actions stands. */
export function untilOf(actions: readonly Action[]): { readonly until?: EpochMs } {
  const ends = actions.flatMap((action) => {
    if ('order' in action && action.order !== undefined) return [action.order.until];
    if ('standing' in action && action.standing.until !== undefined) return [action.standing.until];
    return [];
  });
  const [first, ...others] = ends;
  if (first === undefined) return {};
  return { until: others.reduce((latest, end) => (end > latest ? end : latest), first) };
}
