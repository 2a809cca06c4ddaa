import type { MakePolicy } from '../policy.ts';
import { createDesk } from './desk.ts';

const minuteMs = 60_000;
/** How much of a slowed part may leave. */
const slowedShare = 0.1;

/** Knows the truth so many minutes after it begins, and does the first of the right things until it ends. */
function knowing(name: string, delayMinutes: number): MakePolicy {
  return ({ fleet, truth }) => {
    const desk = createDesk(fleet);
    const plans = truth.map((one) => ({
      right: one.right[0],
      why: one.about,
      from: fleet.startsAt + (one.fromMinute + delayMinutes) * minuteMs,
      until: fleet.startsAt + (one.untilMinute ?? Number.POSITIVE_INFINITY) * minuteMs,
      done: false,
    }));
    return {
      name,
      hear: () => undefined,
      send: () => undefined,
      tick: (now) => {
        desk.tick(now);
        for (const plan of plans) {
          const { right, why, from, until } = plan;
          if (
            plan.done ||
            right === undefined ||
            right.do === 'nothing' ||
            now < from ||
            now >= until
          )
            continue;
          plan.done = true;
          const order = { at: now, until, why };
          if (right.do === 'slow') desk.slow(right.region, { ...order, share: slowedShare });
          else desk[right.do](right.region, order);
        }
      },
      routeOf: desk.routeOf,
      pardon: desk.pardon,
      version: desk.version,
      acts: desk.acts,
    };
  };
}

/** Knows the truth at once. */
export const oracle: MakePolicy = knowing('oracle', 0);

/** A person who is never wrong, and there half an hour later. */
export const perfectOperator: MakePolicy = knowing('operator-30-min', 30);
