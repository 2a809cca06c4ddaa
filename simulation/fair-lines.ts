import type { Draw } from '../local/emulators/ses/dice.ts';

/** Waiting lines, one a group; who is served least at the moment comes next. */
export type FairLines<T> = {
  readonly put: (group: string, one: T) => void;
  readonly take: () => T | undefined;
  /** Says that one of a group is being served, or no longer. */
  readonly serve: (group: string, by: 1 | -1) => void;
  readonly size: () => number;
  readonly overtakings: () => number;
};

type Line<T> = { readonly waiting: T[]; head: number; serving: number };

/** How far one can overtake others. */
const overtakeWithin = 200;
/** Places at the front of a line that are given back at once. */
const spentMax = 1_000;

/** Returns empty lines, of which a share of takes brings somebody from further behind. */
export function createFairLines<T>(draw: Draw, overtakingShare: number): FairLines<T> {
  const lines = new Map<string, Line<T>>();
  let size = 0;
  let overtakings = 0;
  const lineOf = (group: string): Line<T> => {
    const line = lines.get(group) ?? { waiting: [], head: 0, serving: 0 };
    lines.set(group, line);
    return line;
  };
  const overtake = (line: Line<T>): void => {
    const others = Math.min(overtakeWithin, line.waiting.length - line.head);
    if (others < 2 || overtakingShare <= 0 || draw() >= overtakingShare) return;
    const behind = line.head + 1 + Math.floor(draw() * (others - 1));
    const [first, other] = [line.waiting[line.head], line.waiting[behind]];
    if (first === undefined || other === undefined) return;
    line.waiting[line.head] = other;
    line.waiting[behind] = first;
    overtakings += 1;
  };
  return {
    put: (group, one) => {
      lineOf(group).waiting.push(one);
      size += 1;
    },
    take: () => {
      const line = leastServed(lines);
      if (line === undefined) return undefined;
      overtake(line);
      const one = line.waiting[line.head];
      line.head += 1;
      if (line.head >= spentMax || line.head === line.waiting.length)
        line.waiting.splice(0, line.head);
      if (line.head >= spentMax || line.waiting.length === 0) line.head = 0;
      size -= 1;
      return one;
    },
    serve: (group, by) => {
      lineOf(group).serving += by;
    },
    size: () => size,
    overtakings: () => overtakings,
  };
}

function leastServed<T>(lines: ReadonlyMap<string, Line<T>>): Line<T> | undefined {
  let least: Line<T> | undefined;
  for (const line of lines.values()) {
    if (line.waiting.length === line.head) continue;
    if (least === undefined || line.serving < least.serving) least = line;
  }
  return least;
}
