import { environmentsFor } from '../../domain/pacing.ts';
import {
  type PacingLoad,
  type PacingOptions,
  type PacingReport,
  runPacing,
} from '../../simulation/pacing-run.ts';
import { number, type Promised, type Section, table } from '../prove/section.ts';
import { limits } from './promises.ts';

/** What differs from a run in which all goes well. */
type Trouble = Partial<Pick<PacingOptions, 'burstSeconds' | 'skewMs' | 'kill' | 'realShare'>>;

type PacingCase = {
  readonly load: PacingLoad;
  readonly ratePerSecond: number;
  readonly environments: number;
  /** Whether that is how many the template gives this rate. */
  readonly sized: 'as in the template' | 'otherwise';
  readonly trouble: TroubleName;
};

type TroubleName = keyof typeof troubles;

export type PacingRow = PacingCase & { readonly report: PacingReport };

const troubles = {
  none: {},
  'clocks ±50 ms': { skewMs: 50 },
  'one environment dies': { kill: 'one environment' },
  'strict bucket': { burstSeconds: 0.1 },
  'strict bucket, clocks ±50 ms': { burstSeconds: 0.1, skewMs: 50 },
  'real rate 10 % lower': { realShare: 0.9 },
} as const satisfies Record<string, Trouble>;

/** As in lib/send-path.ts: ten messages an invocation, or batch requests one after another. */
const recipientsPerInvocation: Readonly<Record<PacingLoad, number>> = { messages: 10, batches: 50 };

/** Rate → seconds that are measured: mails enough to tell one part in a thousand. */
const rates: ReadonlyMap<number, number> = new Map([
  [14, 40],
  [100, 20],
  [1_000, 6],
]);

const warmUpSeconds = 4;
/** Only when SES's bucket has run dry does a lower rate show. */
const dryWarmUpSeconds = 15;
const seed = 1;

/** Measures how the real stages use SES's rate on virtual time. */
export async function measurePacing(
  onProgress: (text: string) => void,
): Promise<readonly PacingRow[]> {
  const rows: PacingRow[] = [];
  for (const one of casesOf()) {
    const { load, ratePerSecond, environments } = one;
    const trouble: Trouble = troubles[one.trouble];
    onProgress(`pacing: ${ratePerSecond}/s, ${load}, ${environments} environments, ${one.trouble}`);
    const report = await runPacing({
      seed,
      load,
      ratePerSecond,
      environments,
      burstSeconds: 1,
      ...trouble,
      warmUpSeconds: trouble.realShare === undefined ? warmUpSeconds : dryWarmUpSeconds,
      seconds: rates.get(ratePerSecond) ?? 0,
    });
    rows.push({ ...one, report });
  }
  return rows;
}

function casesOf(): readonly PacingCase[] {
  const loads = ['messages', 'batches'] as const;
  return loads.flatMap((load) =>
    [...rates.keys()].flatMap((ratePerSecond) => {
      const sized = environmentsFor(ratePerSecond, recipientsPerInvocation[load]);
      const common = { load, ratePerSecond };
      const around = new Set([Math.max(2, Math.floor(sized / 2)), 2 * sized]);
      around.delete(sized);
      return [
        ...namesOfTroubles().map((trouble) => ({
          ...common,
          environments: sized,
          sized: 'as in the template' as const,
          trouble,
        })),
        ...[...around].map((environments) => ({
          ...common,
          environments,
          sized: 'otherwise' as const,
          trouble: 'none' as const,
        })),
      ];
    }),
  );
}

function namesOfTroubles(): readonly TroubleName[] {
  return Object.keys(troubles).filter((name): name is TroubleName => name in troubles);
}

/** Returns the section about how SES's rate is used. */
export function pacingSection(rows: readonly PacingRow[]): Section {
  return {
    title: 'How SES’s rate is used',
    method: `The real stages and adapters in the simulation, on virtual time (seed ${seed}), with a backlog in the queue: ten messages an invocation, or ten batch requests of 50. SES answers in 50 ms (p99 150 ms) and counts recipients in a bucket of one second of its rate, strict: a tenth; DynamoDB answers in 5 ms (p99 20 ms), and Lambda polls 15 to 40 ms after an answer. Environments are as many as the template computes (\`environmentsFor\`) and, without trouble, half and twice as many. What is used is a part of what SES really lets through, so that the headroom of 3 % is missing from it.`,
    promises: promisesOf(rows),
    body: table(
      [
        'load',
        'rate/s',
        'environments',
        'trouble',
        'used',
        'throttled calls',
        'lease writes a mail',
      ],
      rows.map(({ load, ratePerSecond, environments, sized, trouble, report }) => [
        load,
        number(ratePerSecond),
        sized === 'otherwise' ? environments : `${environments} (computed)`,
        trouble,
        percent(report.used),
        percent(report.throttled, 2),
        number(report.leaseWritesPerMail, 3),
      ]),
    ),
    data: { rows },
  };
}

function promisesOf(rows: readonly PacingRow[]): readonly Promised[] {
  const sized = rows.filter(
    ({ sized, trouble }) => sized === 'as in the template' && trouble === 'none',
  );
  const used = Math.min(...sized.map(({ report }) => report.used));
  const throttled = Math.max(...sized.map(({ report }) => report.throttled));
  const messages = sized.filter(({ load }) => load === 'messages');
  const writes = Math.max(...messages.map(({ report }) => report.leaseWritesPerMail));
  const { pacing } = limits;
  return [
    {
      promise: 'at least 95 % of the rate used, from 14/s to 1,000/s',
      measured: percent(used),
      kept: used >= pacing.used,
    },
    {
      promise: 'at most 0.2 % of SES’s calls throttled',
      measured: percent(throttled, 2),
      kept: throttled <= pacing.throttled,
    },
    {
      promise: 'at most 0.15 lease writes a transactional mail under backlog',
      measured: number(writes, 3),
      kept: writes <= pacing.leaseWrites,
    },
  ];
}

/** Returns a share as percent. */
export function percent(share: number, decimals = 1): string {
  return `${number(100 * share, decimals)} %`;
}
