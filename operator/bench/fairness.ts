import { environmentsFor } from '../../domain/pacing.ts';
import { type FloodOptions, type FloodReport, runFlood } from '../../simulation/flood-run.ts';
import { number, type Promised, type Section, table } from '../prove/section.ts';
import { percent } from './pacing.ts';
import { limits } from './promises.ts';

type FloodCase = Pick<
  FloodOptions,
  'flood' | 'requests' | 'order' | 'othersPerSecond' | 'seconds'
> & {
  readonly shares: 'kept' | 'off';
};

export type FloodRow = FloodCase & { readonly report: FloodReport };

const ratePerSecond = 100;
const tenantShare = 0.5;
const seed = 1;

const million = { flood: 'batches', requests: 20_000, othersPerSecond: 5, seconds: 60 } as const;
const singles = { flood: 'messages', requests: 200_000, othersPerSecond: 5, seconds: 30 } as const;
const holds = { requests: 200_000, othersPerSecond: 5, seconds: 30 } as const;
/** In plain order nobody passes before the whole flood is moved: fewer tell as much. */
const fewHolds = { requests: 20_000, othersPerSecond: 5, seconds: 60 } as const;

const cases: readonly FloodCase[] = [
  { ...million, order: 'fair', shares: 'kept' },
  { ...million, order: 'fair', shares: 'off' },
  { ...million, order: 'plain', shares: 'kept' },
  { ...million, order: 'plain', shares: 'off' },
  { ...million, othersPerSecond: 0, order: 'fair', shares: 'kept' },
  { ...singles, order: 'fair', shares: 'kept' },
  { ...singles, order: 'fair', shares: 'off' },
  { ...singles, order: 'plain', shares: 'kept' },
  { ...singles, othersPerSecond: 0, order: 'fair', shares: 'kept' },
  { ...holds, flood: 'held', order: 'fair', shares: 'kept' },
  { ...holds, flood: 'send-at', order: 'fair', shares: 'kept' },
  { ...fewHolds, flood: 'held', order: 'plain', shares: 'kept' },
  { ...fewHolds, flood: 'send-at', order: 'plain', shares: 'kept' },
];

/** Measures how long others wait when one tenant floods their stream, on virtual time. */
export async function measureFairness(
  onProgress: (text: string) => void,
): Promise<readonly FloodRow[]> {
  const rows: FloodRow[] = [];
  for (const one of cases) {
    const { shares, ...flood } = one;
    onProgress(`fairness: ${one.requests} ${one.flood}, ${one.order} order, shares ${shares}`);
    const report = await runFlood({
      seed,
      ratePerSecond,
      environments: environmentsFor(ratePerSecond, 10),
      ...(shares === 'kept' ? { tenantShare } : {}),
      ...flood,
    });
    rows.push({ ...one, report });
  }
  return rows;
}

/** Returns the section about one tenant's flood and everybody else's mail. */
export function fairnessSection(rows: readonly FloodRow[]): Section {
  return {
    title: 'One tenant’s flood and everybody else’s mail',
    method: `As above, at ${ratePerSecond}/s, in one stream of the transactional lane: one tenant enqueues at once a million recipients in batch requests of 50, or 200,000 single messages, or messages that are held or due in three hours; three others enqueue five single mails a second. In fair order SQS hands out groups in turn, as it does for what the client enqueues; in plain order, as where an app names no group, first come is first served. Shares: a tenant’s share of the rate is ${tenantShare}. What waits when the run ends counts as endless, and is above the time of the run.`,
    promises: promisesOf(rows),
    body: table(
      [
        'flood',
        'order',
        'shares',
        'others’ p50, ms',
        'p99, ms',
        'first other left after, s',
        'flood’s mails that left meanwhile, p50',
        'moved/s',
        'used',
      ],
      rows.map(({ flood, requests, order, shares, othersPerSecond, seconds, report }) => [
        `${number(requests)} ${names[flood]}${othersPerSecond === 0 ? ', alone' : ''}`,
        order,
        shares,
        ...(othersPerSecond === 0
          ? ['–', '–', '–', '–']
          : [
              time(report.others.p50, seconds),
              time(report.others.p99, seconds),
              report.firstSeconds === undefined ? 'none left' : number(report.firstSeconds, 1),
              number(report.overtakenBy.p50),
            ]),
        report.movedPerSecond === 0 ? '–' : number(report.movedPerSecond),
        percent(report.used),
      ]),
    ),
    data: { rows },
  };
}

const names: Readonly<Record<FloodOptions['flood'], string>> = {
  batches: 'batch requests',
  messages: 'messages',
  held: 'held messages',
  'send-at': 'messages due later',
};

function time(ms: number, seconds: number): string {
  return Number.isFinite(ms) ? number(ms) : `over ${number(1000 * seconds)}`;
}

function promisesOf(rows: readonly FloodRow[]): readonly Promised[] {
  const fair = rows.filter(({ order, shares }) => order === 'fair' && shares === 'kept');
  const isMail = ({ flood }: FloodRow) => flood === 'batches' || flood === 'messages';
  const others = (some: readonly FloodRow[]) => {
    const reports = some
      .filter(({ othersPerSecond }) => othersPerSecond > 0)
      .map((row) => row.report);
    const p50 = Math.max(...reports.map((report) => report.others.p50));
    const p99 = Math.max(...reports.map((report) => report.others.p99));
    return { p50, p99, measured: `${number(p50)} ms, ${number(p99)} ms` };
  };
  const flooded = others(fair.filter(isMail));
  const held = others(fair.filter((row) => !isMail(row)));
  const alone = fair.filter(({ othersPerSecond }) => othersPerSecond === 0);
  const used = Math.min(...alone.map(({ report }) => report.used));
  const { flood, hold, pacing } = limits;
  return [
    {
      promise: 'behind one tenant’s million, others’ mail in the same stream: p50 150 ms, p99 2 s',
      measured: flooded.measured,
      kept: flooded.p50 <= flood.p50Ms && flooded.p99 <= flood.p99Ms,
    },
    {
      promise: 'a tenant that floods a stream alone uses at least 95 % of the rate',
      measured: percent(used),
      kept: used >= pacing.used,
    },
    {
      promise: '200,000 held messages do not slow others: p50 150 ms, p99 500 ms',
      measured: held.measured,
      kept: held.p50 <= hold.p50Ms && held.p99 <= hold.p99Ms,
    },
  ];
}
