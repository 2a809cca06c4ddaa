/** A number that was promised and what was measured. */
export type Promised = {
  readonly promise: string;
  readonly measured: string;
  readonly kept: boolean;
};

/** One part of the proof: what was measured, how, and what it says of what was promised. */
export type Section = {
  readonly title: string;
  /** How it was measured, so that anybody can do it again; full sentences. */
  readonly method: string;
  readonly promises: readonly Promised[];
  /** Markdown below the method. */
  readonly body: string;
  /** The same numbers for programs. */
  readonly data: Readonly<Record<string, unknown>>;
};

/** Returns a Markdown table; a first cell of a row names it. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Returns a number with this many decimals, and commas between thousands. */
export function number(value: number, decimals = 0): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}
