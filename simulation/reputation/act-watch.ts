import { traitsOf } from '../../domain/classification/reasons.ts';
import type { Ground } from './ground.ts';
import { type JudgedAct, judgeAct } from './judge-acts.ts';
import type { News } from './mail.ts';
import type { Policy } from './policy.ts';
import { createResponseTimes, type ResponseTimes } from './response-times.ts';
import type { Truth } from './scenario-words.ts';
import type { Trace } from './trace.ts';

/** Judges what a policy does, as soon as it does it. */
export type ActWatch = {
  readonly judge: () => void;
  readonly judged: readonly JudgedAct[];
  readonly times: ResponseTimes;
};

/** Creates the watch over a policy's actions. */
export function createActWatch({
  truth,
  startsAt,
  policy,
  ground,
}: {
  readonly truth: readonly Truth[];
  readonly startsAt: number;
  readonly policy: Policy;
  readonly ground: Ground;
}): ActWatch {
  const times = createResponseTimes(truth, startsAt);
  const judged: JudgedAct[] = [];
  return {
    times,
    judged,
    judge: () => {
      for (let at = judged.length; at < policy.acts.length; at += 1) {
        const act = policy.acts[at];
        if (act === undefined) continue;
        const verdict = judgeAct(act, {
          truth,
          startsAt,
          failedShare: ({ pool, provider = '' }, kind) =>
            ground.failedShare({ pool, provider, kind }, act.at),
        });
        judged.push(verdict);
        times.act(verdict);
      }
    },
  };
}

/** Writes down a failure of good mail that is about reputation or about the provider's state. */
export function noteFailure(
  news: News,
  {
    ground,
    trace,
    now,
  }: { readonly ground: Ground; readonly trace: Trace | undefined; readonly now: number },
): void {
  const { classified, batch, pool, count, repeated } = news;
  if (classified === undefined || repeated) return;
  trace?.failed(pool, batch.cell.provider, count, now);
  const { signal } = traitsOf(classified.reason);
  if (signal === 'block') ground.failed({ batch, pool, count, kind: 'blocked' }, now);
  else if (signal === 'outage' || signal === 'deferral') {
    ground.failed({ batch, pool, count, kind: 'put-off' }, now);
  }
}
