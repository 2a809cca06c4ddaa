import { findCauses } from '../../domain/blame/find-causes.ts';
import { traitsOfKind } from '../../domain/blame/kinds.ts';
import type { Findings } from '../../domain/blame/model.ts';
import { covers, intersect, regionKey } from '../../domain/blame/regions.ts';
import type { Cell, Region } from '../../domain/evidence/model.ts';
import { epochMs } from '../../domain/time.ts';
import {
  type BlameCase,
  drawCase,
  type Fault,
  failuresToSee,
  faults,
  toleratedRate,
} from './blame-cases.ts';
import { number, type Section, table } from './section.ts';

/**
 * How a case ends. `exact`: the cause, or the same mail under another name. `narrower`: a part of its mail.
 * `undecided`: what is held is a part of its mail. `wider`: more than its mail, among it all of its own.
 */
export const endings = ['exact', 'narrower', 'undecided', 'nothing', 'wider', 'wrong'] as const;
export type Ending = (typeof endings)[number];

const casesEach = 200;

/** Shares of a pool that its largest tenant has, and the right or harmless endings promised there, 0..1. */
const worlds = [
  { name: 'up to 30 %', share: [0.1, 0.3], promised: 0.95 },
  { name: '30 to 60 %', share: [0.3, 0.6], promised: 0.9 },
] as const;
const wrongMovesMax = 0.02;

type Row = {
  readonly world: string;
  readonly fault: Fault;
  readonly endings: Readonly<Record<Ending, number>>;
  /** Cases in which a pool or an address was named although a sender is at fault. */
  readonly moved: number;
  /** Cases in which something was named that has no mail of the cause. */
  readonly strayed: number;
};

/** Measures how often the cause of drawn faults is found after ten failures. */
export function measureBlame(onProgress: (text: string) => void): Section {
  const rows = worlds.flatMap(({ name, share }) =>
    faultNames.map((fault): Row => {
      onProgress(`blame: ${fault}, ${name}`);
      return rowOf(name, fault, share);
    }),
  );
  const moves = rows.filter(({ fault }) => traitsOfKind(fault).side === 'sender');
  const wrongMoves = meanOf(moves, ({ moved }) => moved);
  return {
    title: 'Whose fault it is',
    method: `Forty tenants with Zipf volumes on four pools of four addresses and five providers; ${casesEach} drawn faults a row, each failing at a rate of 10 to 100 % until ${failuresToSee} failures of it are heard of, three seconds of mail unheard of behind them, on top of healthy failures of up to 0.3 % of each tenant; 70 % of replies quote the address, 80 % are vouched for, the ten minutes before the onset are known. "Harmless" is narrower or undecided: what would be held is mail of the cause alone.`,
    promises: [
      ...worlds.map(({ name, promised }) => {
        const ofWorld = rows.filter(({ world }) => world === name);
        const exact = meanOf(ofWorld, (row) => row.endings.exact);
        const harmless = meanOf(ofWorld, (row) => row.endings.narrower + row.endings.undecided);
        return {
          promise: `after ${failuresToSee} failures ≥ ${number(promised * 100)} % exact, largest tenant with ${name} of its pool`,
          measured: `${percent(exact)} exact, ${percent(harmless)} harmless, ${percent(1 - exact - harmless)} neither`,
          kept: exact >= promised,
        };
      }),
      {
        promise: 'a pool named for a sender’s fault in ≤ 2 %',
        measured: percent(wrongMoves),
        kept: wrongMoves <= wrongMovesMax,
      },
    ],
    body: table(
      ['largest tenant', 'fault', ...endings, 'pool named for a sender', 'strayed'],
      rows.map((row) => [
        row.world,
        row.fault,
        ...endings.map((ending) => percent(row.endings[ending] / casesEach)),
        traitsOfKind(row.fault).side === 'sender' ? percent(row.moved / casesEach) : '–',
        percent(row.strayed / casesEach),
      ]),
    ),
    data: { casesEach, rows },
  };
}

/** Returns how the findings of a case compare with what is at fault in it. */
export function judgeFindings({ causes, undecided }: Findings, made: BlameCase): Ending {
  const { truth, cells } = made;
  const [first] = causes;
  if (first) {
    if (isPart(first.region, truth, cells))
      return isPart(truth, first.region, cells) ? 'exact' : 'narrower';
    return isPart(truth, first.region, cells) ? 'wider' : 'wrong';
  }
  if (!undecided) return 'nothing';
  return isPart(undecided.intersection, truth, cells) ? 'undecided' : 'wrong';
}

const faultNames = Object.keys(faults).filter((name): name is Fault => name in faults);

function rowOf(world: string, fault: Fault, share: readonly [number, number]): Row {
  const counts = { exact: 0, narrower: 0, undecided: 0, nothing: 0, wider: 0, wrong: 0 };
  let moved = 0;
  let strayed = 0;
  for (let seed = 1; seed <= casesEach; seed += 1) {
    const made = drawCase({ seed, fault, share });
    const findings = findCauses(made.cells, {
      signal: fault === 'provider' ? 'outage' : 'block',
      onset: epochMs(0),
      tolerated: toleratedRate,
      addresses: made.addresses,
      before: made.before,
    });
    counts[judgeFindings(findings, made)] += 1;
    const { causes } = findings;
    if (causes.some(({ kind }) => traitsOfKind(kind).side === 'address')) moved += 1;
    if (causes.some(({ region }) => !intersect(region, made.truth))) strayed += 1;
  }
  return { world, fault, endings: counts, moved, strayed };
}

/** Of the mail that would be held, so much must be the cause's to call it a part. */
const partShare = 0.95;

/** Whether mail of a region is a part of another's; addresses are known of failures alone, so they must agree. */
function isPart(region: Region, other: Region, cells: readonly Cell[]): boolean {
  const both = intersect(region, other);
  if (!both) return false;
  if (regionKey(both) === regionKey(region)) return true;
  if (region.ip !== other.ip) return false;
  return sentIn(both, cells) >= partShare * sentIn(region, cells);
}

function sentIn(region: Region, cells: readonly Cell[]): number {
  const within = cells.filter(({ origin }) => covers(region, origin));
  return within.reduce((sum, { sent }) => sum + sent, 0);
}

function meanOf(rows: readonly Row[], countOf: (row: Row) => number): number {
  return rows.reduce((sum, row) => sum + countOf(row), 0) / (rows.length * casesEach);
}

function percent(share: number): string {
  return `${number(share * 100, 1)} %`;
}
