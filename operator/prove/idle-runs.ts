import { createMeter, type Usage, usedBetween } from '../../local/metering/meter.ts';
import { loggedBytes, unpacedSeconds } from '../bench/bill.ts';
import { prices } from '../bench/prices.ts';
import type { Synthesized } from './assembly.ts';
import { loggedBetween, withRuntime } from './run-local.ts';
import { schedulesOf } from './schedules.ts';

/** What one scheduled function takes in a month in which nobody sends. */
export type IdleRuns = {
  readonly functionName: string;
  readonly runsPerMonth: number;
  readonly usdPerRun: number;
};

const gigabyte = 2 ** 30;

/**
 * Returns the runs that the template's schedules ask for, each with what it costs: every schedule is fired
 * in a runtime to which nobody sends, and the second round of calls is priced. With them come the names of
 * the metrics that the functions wrote.
 */
export async function measureIdleRuns(
  made: Synthesized,
): Promise<{ readonly runs: readonly IdleRuns[]; readonly metrics: readonly string[] }> {
  const meter = createMeter();
  return withRuntime(
    made,
    async ({ fireSchedules, logged, metricsLogged }) => {
      await fireSchedules();
      const before = { usage: meter.usage(), logged: logged() };
      await fireSchedules();
      const used = usedBetween(before.usage, meter.usage());
      const written = loggedBetween(before.logged, logged());
      const runs = schedulesOf(made).map(({ functionName, memoryGb, runsPerMonth }) => {
        const own = ({ by }: { readonly by: string }) => by === functionName;
        const usdPerRun =
          usdOf(used.filter(own)) +
          unpacedSeconds * memoryGb * prices.lambdaGbSecond.usd +
          (loggedBytes(written.filter(own), 1) * prices.logGigabyte.usd) / gigabyte;
        return { functionName, runsPerMonth, usdPerRun };
      });
      return { runs, metrics: metricsLogged() };
    },
    { meter },
  );
}

function usdOf(usage: readonly Usage[]): number {
  return usage.reduce(
    (sum, { operation, calls, readUnits, writeUnits }) =>
      sum +
      readUnits * prices.readUnit.usd +
      writeUnits * prices.writeUnit.usd +
      (operation === 'lambda:Invoke' ? calls * prices.lambdaRequest.usd : 0) +
      (operation === 's3:LIST' ? calls * prices.objectPut.usd : 0),
    0,
  );
}
