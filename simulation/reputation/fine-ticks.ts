import { traitsOf } from '../../domain/classification/reasons.ts';
import type { News } from './mail.ts';
import type { Scenario } from './scenario.ts';

/** Decides how finely time passes: by the minute, or in tens of seconds where failures matter. */
export type FineTicks = {
  readonly hear: (news: readonly News[], now: number) => void;
  readonly partsOf: (minute: number) => number;
};

const fineParts = 6;
const minuteMs = 60_000;
/** After an event of the scenario, and after a few failures of which somebody may be guilty. */
const afterEventMinutes = 30;
const afterTroubleMs = 10 * minuteMs;
const troublesMin = 3;
/** Trouble that lasts is watched by the minute; it ends an hour after its last failure. */
const episodeMsMax = 120 * minuteMs;
const episodeGapMs = 60 * minuteMs;

/** Creates the rule of a run. */
export function createFineTicks(events: Scenario['events'], startsAt: number): FineTicks {
  let fineUntil = 0;
  let lastTroubleAt = 0;
  let episodeFrom = 0;
  let recent: { readonly at: number; readonly count: number }[] = [];
  return {
    hear: (news, now) => {
      const count = news.reduce((sum, one) => sum + (isTrouble(one) ? one.count : 0), 0);
      if (count === 0) return;
      recent = [...recent.filter(({ at }) => at > now - 5 * minuteMs), { at: now, count }];
      if (recent.reduce((sum, one) => sum + one.count, 0) < troublesMin) return;
      if (now - lastTroubleAt > episodeGapMs) episodeFrom = now;
      lastTroubleAt = now;
      if (now - episodeFrom < episodeMsMax) fineUntil = now + afterTroubleMs;
    },
    partsOf: (minute) => {
      const soon = events.some(
        ({ atMinute }) => minute >= atMinute && minute < atMinute + afterEventMinutes,
      );
      return soon || startsAt + minute * minuteMs < fineUntil ? fineParts : 1;
    },
  };
}

function isTrouble({ classified }: News): boolean {
  if (classified === undefined) return false;
  const { signal } = traitsOf(classified.reason);
  return signal === 'block' || signal === 'domain' || signal === 'content' || signal === 'deferral';
}
