/** A row of the table that says what a plot shows. */
export type PlotRow = { readonly atMs: number; readonly values: readonly number[] };

type Column = {
  readonly values: readonly number[];
  /** A level, such as what waits, is told as it was at the end; anything else is added up. */
  readonly isLevel?: true;
};

/** A table longer than this is read by nobody. */
const rowsMax = 48;

/** Returns the values of a plot in at most 48 rows, with neighbours put together where there are more. */
export function plotRows(atMs: readonly number[], columns: readonly Column[]): readonly PlotRow[] {
  const each = Math.max(1, Math.ceil(atMs.length / rowsMax));
  return Array.from({ length: Math.ceil(atMs.length / each) }, (_, row) => {
    const from = row * each;
    return {
      atMs: atMs[from] ?? 0,
      values: columns.map(({ values, isLevel }) => {
        const own = values.slice(from, from + each);
        return isLevel ? (own.at(-1) ?? 0) : own.reduce((sum, one) => sum + one, 0);
      }),
    };
  });
}
