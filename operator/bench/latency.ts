import { environmentsFor } from '../../domain/pacing.ts';
import {
  type LatencyOptions,
  type LatencyReport,
  runLatency,
} from '../../simulation/latency-run.ts';
import { number, type Promised, type Section, table } from '../prove/section.ts';
import { percent } from './pacing.ts';
import { limits } from './promises.ts';

type LatencyCase = Pick<LatencyOptions, 'ratePerSecond' | 'perSecond' | 'burst' | 'seconds'>;

export type LatencyRow = LatencyCase & { readonly report: LatencyReport };

const cases: readonly LatencyCase[] = [
  { ratePerSecond: 14, perSecond: 1, seconds: 300 },
  { ratePerSecond: 100, perSecond: 5, seconds: 120 },
  { ratePerSecond: 1_000, perSecond: 50, seconds: 10 },
  { ratePerSecond: 100, perSecond: 5, burst: { mails: 150, everySeconds: 60 }, seconds: 180 },
];

const warmUpSeconds = 4;
const seed = 1;

/** Measures how long transactional mail takes during a marketing blast, on virtual time. */
export async function measureLatency(
  onProgress: (text: string) => void,
): Promise<readonly LatencyRow[]> {
  const rows: LatencyRow[] = [];
  for (const one of cases) {
    const { ratePerSecond, perSecond } = one;
    onProgress(`latency: ${ratePerSecond}/s, ${perSecond} transactional mails a second`);
    const environments = {
      transactional: environmentsFor(ratePerSecond, 10),
      marketing: environmentsFor(ratePerSecond, 50),
    };
    const report = await runLatency({ seed, environments, warmUpSeconds, ...one });
    rows.push({ ...one, report });
  }
  return rows;
}

/** Returns the section about transactional mail during a blast. */
export function latencySection(rows: readonly LatencyRow[]): Section {
  return {
    title: 'Transactional mail during a marketing blast',
    method: `As above, with a marketing queue that never empties and single transactional mails by chance (Poisson) in a stream of their own: from the queue to SES’s answer, the poll and SES’s 50 ms included. A burst is 150 mails at once each minute, which take 1.5 s of a rate of 100/s by themselves.`,
    promises: promisesOf(rows),
    body: table(
      [
        'rate/s',
        'transactional/s',
        'burst',
        'p50, ms',
        'p99, ms',
        'burst p99, ms',
        'mails',
        'used',
      ],
      rows.map(({ ratePerSecond, perSecond, burst, report }) => [
        number(ratePerSecond),
        number(perSecond),
        burst ? `${burst.mails} each ${burst.everySeconds} s` : '–',
        number(report.all.p50),
        number(report.all.p99),
        burst ? number(report.burst.p99) : '–',
        number(report.all.count),
        percent(report.used),
      ]),
    ),
    data: { rows },
  };
}

function promisesOf(rows: readonly LatencyRow[]): readonly Promised[] {
  const steady = rows.filter(({ ratePerSecond, burst }) => ratePerSecond >= 100 && !burst);
  const p50 = Math.max(...steady.map(({ report }) => report.all.p50));
  const p99 = Math.max(...steady.map(({ report }) => report.all.p99));
  const used = Math.min(...rows.map(({ report }) => report.used));
  const { latency, pacing } = limits;
  return [
    {
      promise: 'transactional mail during a blast at 100/s and more: p50 100 ms, p99 300 ms',
      measured: `${number(p50)} ms, ${number(p99)} ms`,
      kept: p50 <= latency.p50Ms && p99 <= latency.p99Ms,
    },
    {
      promise: 'meanwhile at least 95 % of the rate used',
      measured: percent(used),
      kept: used >= pacing.used,
    },
  ];
}
