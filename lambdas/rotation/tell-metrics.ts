import type { Measure } from '../../adapters/log.ts';
import { metrics } from '../../contract/metrics.ts';
import { tenantsAtRisk } from '../../domain/rotation/at-risk.ts';
import { fullestCaps, gaugesOf } from '../../domain/rotation/gauges.ts';
import type { Situation } from '../../domain/rotation/model.ts';
import { type EpochMs, minuteMs } from '../../domain/time.ts';
import { flowsOf } from './flows.ts';
import type { Log } from './ports.ts';
import { type HoursLeft, hoursToReview } from './review-time.ts';

/** Where numbers go: a metric each, whose dimensions are the deployment's and these. */
export type MeasurePorts = {
  readonly measure: (
    dimensions: Readonly<Record<string, string>>,
    measures: readonly Measure[],
  ) => void;
  readonly log: Log;
};

/** What one environment remembers of what it told. */
export type Told = {
  /** When it last looked through days of mail, and what it found. */
  readonly deepAt: EpochMs;
  readonly hoursLeft: HoursLeft;
  /** Runs of the schedule in a row that could not read to the end what was sent. */
  readonly behindRuns: number;
};

/** Days of mail are looked through, and written about, this often. */
const deepMs = 10 * minuteMs;

/** A first run is behind and the next is not; as many in a row are a fault. */
const behindRunsMax = 3;

/** Tenants that are named. */
const atRiskMax = 10;

/** Further than this is nothing to tell, and a metric that nobody writes costs nothing. */
const hoursToldMax = 7 * 24;

/**
 * Writes what the loop knows as metrics, and every ten minutes as lines for the dashboard: tenants at risk, pools,
 * and the mail of each stream by provider. Lines cost 0.50 USD a gigabyte; a metric a tenant or provider would
 * cost 0.30 USD a month each. Returns what is to be remembered.
 */
export function tellMetrics(
  { situation, isBehind }: { readonly situation: Situation; readonly isBehind: boolean },
  ports: MeasurePorts,
  before: Told | undefined,
): Told {
  const { now, book } = situation;
  const behindRuns = isBehind ? (before?.behindRuns ?? 0) + 1 : 0;
  const isDeep = !isBehind && (before === undefined || now - before.deepAt >= deepMs);
  const hoursLeft = isDeep ? hoursToReview(book, now) : (before?.hoursLeft ?? {});
  tellGauges(situation, { hoursLeft, isLost: behindRuns >= behindRunsMax }, ports);
  if (isDeep) tellLines(situation, ports);
  return { deepAt: isDeep ? now : (before?.deepAt ?? now), hoursLeft, behindRuns };
}

/** What is zero is not written. */
function tellGauges(
  situation: Situation,
  { hoursLeft, isLost }: { readonly hoursLeft: HoursLeft; readonly isLost: boolean },
  { measure }: MeasurePorts,
): void {
  const { quarantined, streamsWithoutRoom, tenantsHeld, isStopped } = gaugesOf(situation);
  const count = (name: string, value: number): Measure => ({ name, value, unit: 'Count' });
  const hours = (name: string, value: number | undefined): readonly Measure[] =>
    value === undefined || value > hoursToldMax ? [] : [{ name, value, unit: 'None' }];
  measure({}, [
    count(metrics.poolsQuarantined, quarantined),
    count(metrics.streamsWithoutWarmRoom, streamsWithoutRoom),
    count(metrics.tenantsHeld, tenantsHeld),
    count(metrics.rotationStopped, isStopped || isLost ? 1 : 0),
    ...hours(metrics.hoursToBounceReview, hoursLeft.bounce),
    ...hours(metrics.hoursToComplaintReview, hoursLeft.complaint),
  ]);
  for (const { pool, share } of fullestCaps(situation.pools))
    measure({ Pool: pool }, [
      { name: metrics.warmUpUsedPercent, value: 100 * share, unit: 'Percent' },
    ]);
}

/** Names of tenants, pools and providers, never an address. */
function tellLines({ book, now, pools }: Situation, { log }: MeasurePorts): void {
  for (const { tenant, signal, sent, failed, tolerated, lnRatio } of tenantsAtRisk(book, now, {
    countMax: atRiskMax,
  }))
    log('rotation.at-risk', {
      ...{ tenant, signal, sent, failed: rounded(failed) },
      ratePercent: rounded((100 * failed) / Math.max(1, sent)),
      toleratedPercent: rounded(100 * tolerated),
      evidence: rounded(lnRatio),
    });
  for (const { pool, standings, warmth } of pools)
    for (const provider of new Set([...standings.keys(), ...warmth.keys()])) {
      const { dayCap, sentToday } = warmth.get(provider) ?? {};
      log('rotation.pool', {
        ...{ pool, provider, state: standings.get(provider)?.state ?? 'active' },
        ...(dayCap === undefined ? {} : { dayCap, sentToday }),
      });
    }
  for (const flow of flowsOf(book, now)) log('rotation.flow', flow);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
