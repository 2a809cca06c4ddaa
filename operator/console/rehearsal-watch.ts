/** Looks over the shoulder of a policy while a scenario runs: the run itself tells nothing before its end. */

import { mailsOf } from '../../domain/rotation/words.ts';
import type { MakePolicy, Policy } from '../../simulation/reputation/policy.ts';
import type { Scenario } from '../../simulation/reputation/scenario.ts';
import type { RehearsalAct, RehearsalSeries } from './rehearsal-model.ts';

/** What is known of a run that is under way. */
export type RunView = {
  readonly simulatedMs: () => number;
  readonly series: () => RehearsalSeries;
  readonly acts: () => readonly RehearsalAct[];
};

/** As fine as the run's own trace, and coarse enough for a plot: a month has 4,320 bins of ten minutes. */
const binMsMin = 600_000;
const binsMax = 160;

/** Acts that are told, the latest ones. */
const actsMax = 500;

/** Returns the length of a bin for a scenario's plot, milliseconds. */
export function binMsOf({ hours }: Pick<Scenario, 'hours'>): number {
  return Math.max(1, Math.ceil((hours * 3_600_000) / binsMax / binMsMin)) * binMsMin;
}

/** Returns a policy that acts as the given one does, and a view of what it does. */
export function watchPolicy(
  make: MakePolicy,
  { binMs, startsAt, onTick }: WatchOptions,
): { readonly make: MakePolicy; readonly view: RunView } {
  const cells = new Map<string, Cell>();
  let now = startsAt;
  let acts: Policy['acts'] = [];
  const add = (place: Place, kind: 'handed' | 'failed', count: number) => {
    const key = `${place.pool} ${place.provider}`;
    const cell = cells.get(key) ?? { ...place, handed: [], failed: [] };
    cells.set(key, cell);
    const bin = Math.floor((now - startsAt) / binMs);
    const values = cell[kind];
    while (values.length <= bin) values.push(0);
    values[bin] = (values[bin] ?? 0) + count;
  };
  return {
    make: (context) => {
      const policy = make(context);
      acts = policy.acts;
      return {
        ...policy,
        hear: (news, at) => {
          for (const { classified, repeated, pool, batch, count } of news)
            if (classified && !repeated)
              add({ pool, provider: batch.cell.provider }, 'failed', count);
          policy.hear(news, at);
        },
        send: (cell, pool, count, at) => {
          add({ pool, provider: cell.provider }, 'handed', count);
          policy.send(cell, pool, count, at);
        },
        tick: (at) => {
          now = at;
          policy.tick(at);
          onTick();
        },
      };
    },
    view: {
      simulatedMs: () => now - startsAt,
      series: () => ({ binMs, cells: [...cells.values()], waiting: [] }),
      acts: () =>
        acts.slice(-actsMax).map((act) => ({
          atMs: act.at - startsAt,
          what: wordsOfAct(act),
        })),
    },
  };
}

/** Returns an act in words. */
export function wordsOfAct({ do: what, region, why }: Policy['acts'][number]): string {
  return `${actWords[what]} ${mailsOf(region)}: ${why}`;
}

const actWords: Readonly<Record<Policy['acts'][number]['do'], string>> = {
  hold: 'held',
  slow: 'slowed',
  leave: 'led elsewhere',
  return: 'let go again',
};

type Place = { readonly pool: string; readonly provider: string };
type Cell = Place & { readonly handed: number[]; readonly failed: number[] };

type WatchOptions = {
  readonly binMs: number;
  readonly startsAt: number;
  /** Called at every tick of the run's clock. */
  readonly onTick: () => void;
};
