import type { RehearsalSeries } from '../rehearsal-model.ts';

export type SeriesLine = { readonly name: string; readonly values: readonly number[] };

/** Returns mails by bin and pool that providers did not refuse, over all providers. */
export function sumByPool({ cells }: RehearsalSeries): readonly SeriesLine[] {
  const byPool = [...Map.groupBy(cells, ({ pool }) => pool)];
  return byPool
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, own]) => ({
      name,
      values: added(
        own.map(({ handed, failed }) => handed.map((count, bin) => count - (failed[bin] ?? 0))),
      ),
    }));
}

/** Returns refused mails by bin, over all pools and providers. */
export function sumFailed({ cells }: RehearsalSeries): readonly number[] {
  return added(cells.map(({ failed }) => failed));
}

function added(lists: readonly (readonly number[])[]): readonly number[] {
  const bins = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: bins }, (_, bin) =>
    lists.reduce((sum, list) => sum + (list[bin] ?? 0), 0),
  );
}
