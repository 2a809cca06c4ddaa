import { log, logMetrics } from '../../adapters/log.ts';
import { metrics } from '../../contract/metrics.ts';
import { type Clock, secondMs } from '../../domain/time.ts';
import type { DueTally } from './ports.ts';

/** Returns a tally for one run; a run that found nothing writes nothing, so that idling costs no metric. */
export function createTally(Deployment: string, clock: Clock): DueTally {
  const left = new Map<string, { count: number; readonly key: string }>();
  let returned = 0;
  let lateMs: number | undefined;
  return {
    returned: (count) => {
      returned += count;
    },
    late: (milliseconds) => {
      lateMs = Math.max(lateMs ?? 0, milliseconds);
    },
    left: (why, key, count = 1) => {
      const known = left.get(why);
      if (known) known.count += count;
      else left.set(why, { count, key });
    },
    write: () => {
      for (const [why, { count, key }] of left) log('due.left', { why, count, key });
      const value = (lateMs ?? 0) / secondMs;
      logMetrics(clock(), { Deployment }, [
        { name: metrics.returned, value: returned, unit: 'Count' },
        ...(lateMs === undefined
          ? []
          : [{ name: metrics.lateReturnSeconds, value, unit: 'Seconds' as const }]),
      ]);
    },
  };
}
