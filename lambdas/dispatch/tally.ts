import type * as z from 'zod';
import { describeFailure } from '../../adapters/failure.ts';
import { describeError, log, logMetrics } from '../../adapters/log.ts';
import type { dispatchEnvironment } from '../../contract/environment.ts';
import { metrics } from '../../contract/metrics.ts';
import { judgeStoreFailure } from '../../domain/store-failures.ts';
import type { Clock, EpochMs } from '../../domain/time.ts';
import type { GreatestTenant, LateMail } from './late-mail.ts';
import type { Tally } from './ports.ts';

/** Returns a tally for one invocation; `write` puts it into the log as metrics, one line a dimension set. */
export function createTally(
  environment: Pick<z.output<typeof dispatchEnvironment>, 'DEPLOYMENT' | 'STREAM'>,
  clock: Clock,
  lateMail?: LateMail,
): Tally & { readonly write: () => void } {
  const counts = new Map<string, number>();
  const parked = new Map<string, number>();
  let broken = 0;
  let failures = 0;
  let oldestSeconds = 0;
  const add = (to: Map<string, number>, key: string, by: number) =>
    to.set(key, (to.get(key) ?? 0) + by);
  return {
    count: (metric, by = 1) => {
      add(counts, metric, by);
    },
    parked: (reason) => {
      add(parked, reason, 1);
    },
    dueAge: (seconds) => {
      oldestSeconds = Math.max(oldestSeconds, seconds);
    },
    unrescued: (why) => {
      add(counts, metrics.unrescued, 1);
      log('dispatch.unrescued', { why });
    },
    failure: (error) => {
      const isBroken = judgeStoreFailure(describeFailure(error)) === 'broken';
      failures += 1;
      if (isBroken) broken += 1;
      log(isBroken ? 'dispatch.broken' : 'dispatch.failed', describeError(error));
    },
    write: () => {
      const now = clock();
      const Deployment = environment.DEPLOYMENT;
      logMetrics(now, { Deployment, Stream: environment.STREAM }, [
        ...[...counts].flatMap(([name, value]) =>
          name === metrics.noRoom ? [] : { name, value, unit: 'Count' as const },
        ),
        { name: metrics.dueAgeSeconds, value: oldestSeconds, unit: 'Seconds' },
      ]);
      const greatest = lateMail?.greatest();
      if (greatest) tellGreatest(greatest, environment, now);
      logMetrics(now, { Deployment }, [
        { name: metrics.noRoom, value: counts.get(metrics.noRoom) ?? 0, unit: 'Count' },
        { name: metrics.broken, value: broken, unit: 'Count' },
        { name: metrics.storeFailures, value: failures, unit: 'Count' },
      ]);
      for (const [Reason, value] of parked)
        logMetrics(now, { Deployment, Reason }, [{ name: metrics.parked, value, unit: 'Count' }]);
    },
  };
}

/** The number is a metric; whose it is stands in a line of its own, because a metric a tenant would cost. */
function tellGreatest(
  { tenant, percent }: GreatestTenant,
  { DEPLOYMENT, STREAM }: Parameters<typeof createTally>[0],
  now: EpochMs,
): void {
  logMetrics(now, { Deployment: DEPLOYMENT, Stream: STREAM }, [
    { name: metrics.greatestTenantPercent, value: percent, unit: 'Percent' },
  ]);
  log('dispatch.late', { stream: STREAM, tenant, percent });
}
