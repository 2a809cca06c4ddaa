/** Rows that are drawn of a long table: from `first` up to before `end`. */
export type RowWindow = { readonly first: number; readonly end: number };

/** Rows drawn beyond each edge, and the step in which the window moves: a slow scroll draws seldom. */
const beyond = 12;
const step = 6;

/** Returns the first row to draw for a place of the scroll bar. */
export function firstRowAt(scrollTopPx: number, rowHeightPx: number): number {
  const first = Math.floor(scrollTopPx / rowHeightPx / step) * step - beyond;
  return Math.max(0, first);
}

/** Returns the window that fills a height from a row on, within a table of `count` rows. */
export function windowFrom(
  first: number,
  {
    count,
    rowHeightPx,
    heightPx,
  }: {
    readonly count: number;
    readonly rowHeightPx: number;
    readonly heightPx: number;
  },
): RowWindow {
  const drawn = Math.ceil(heightPx / rowHeightPx) + 2 * beyond + step;
  const start = Math.max(0, Math.min(first, count - drawn));
  return { first: start, end: Math.min(count, start + drawn) };
}

/** Keys that move within a long table, by how many rows of a screen of `perScreen`. */
const moves: Readonly<Record<string, (perScreen: number) => number>> = {
  ArrowDown: () => 1,
  ArrowUp: () => -1,
  PageDown: (perScreen) => perScreen,
  PageUp: (perScreen) => -perScreen,
  Home: () => Number.NEGATIVE_INFINITY,
  End: () => Number.POSITIVE_INFINITY,
};

/** Returns the row that a key leads to; nothing where the key moves nothing. */
export function rowAfterKey(
  key: string,
  {
    from,
    count,
    perScreen,
  }: {
    readonly from: number;
    readonly count: number;
    readonly perScreen: number;
  },
): number | undefined {
  const move = Object.hasOwn(moves, key) ? moves[key] : undefined;
  if (move === undefined || count === 0) return undefined;
  return Math.max(0, Math.min(count - 1, from + move(perScreen)));
}
