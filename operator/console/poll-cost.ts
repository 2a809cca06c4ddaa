/** How often an open console reads, and what AWS charges for it. */
import { hourMs, secondMs } from '../../domain/time.ts';
import { prices } from '../bench/prices.ts';
import type { PartName } from './source.ts';

export type PolledPart = PartName | 'decisions';

export type Pace = Readonly<Record<PolledPart, number>>;

/** Milliseconds between two readings. A local runtime costs nothing to ask, but for its processor. */
export const paces = {
  local: {
    flow: 2 * secondMs,
    overview: 5 * secondMs,
    incidents: 4 * secondMs,
    pools: 2 * secondMs,
    orders: 2 * secondMs,
    tenants: 15 * secondMs,
    decisions: 1.5 * secondMs,
  },
  aws: {
    flow: 15 * secondMs,
    overview: 60 * secondMs,
    incidents: 30 * secondMs,
    pools: 15 * secondMs,
    orders: 15 * secondMs,
    tenants: 120 * secondMs,
    decisions: 10 * secondMs,
  },
} as const satisfies Readonly<Record<'local' | 'aws', Pace>>;

type Calls = {
  /** DynamoDB read request units: half for up to 4 KB, one where it must be what was written last. */
  readonly readUnits: number;
  readonly queueRequests?: number;
  readonly lists?: number;
  /** Metrics of GetMetricData, and other calls to CloudWatch. */
  readonly metricsRead?: number;
  readonly cloudwatchCalls?: number;
};

/**
 * What one reading asks for, counted from the code for two streams, four pools and little else: what grows with
 * the mail is the news and the journal, half a unit for each 4 KB, some ten units more for a million mails a day.
 */
const callsOf: Readonly<Record<PolledPart, Calls>> = {
  overview: { readUnits: 60, queueRequests: 26, lists: 2, metricsRead: 13, cloudwatchCalls: 1 },
  // Eight partitions for each of about four looks at ten seconds; deliveries of two streams each minute.
  flow: { readUnits: 50, metricsRead: 0.5 },
  incidents: { readUnits: 2, cloudwatchCalls: 1 },
  pools: { readUnits: 5 },
  orders: { readUnits: 3 },
  tenants: { readUnits: 30 },
  decisions: { readUnits: 1.5 },
};

/** @see https://aws.amazon.com/cloudwatch/pricing/ 0.01 USD for 1,000 metrics, and for 1,000 other requests */
const cloudwatchUsd = 0.01 / 1_000;

/**
 * Returns what an hour of a console costs while a page is open, USD: 0.014 at the pace for an account. Nothing is
 * read while no page is open.
 */
export function usdPerHour(pace: Pace): number {
  return namesOf(callsOf).reduce((sum, part) => {
    const calls = callsOf[part];
    const { readUnits, queueRequests = 0, lists = 0, metricsRead = 0, cloudwatchCalls = 0 } = calls;
    const usd =
      readUnits * prices.readUnit.usd +
      queueRequests * prices.queueRequest.usd +
      lists * prices.objectPut.usd +
      (metricsRead + cloudwatchCalls) * cloudwatchUsd;
    return sum + (hourMs / pace[part]) * usd;
  }, 0);
}

function namesOf<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(table).filter((name): name is K => name in table);
}
