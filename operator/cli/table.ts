/** The one file that knows the table library. */
import Table from 'cli-table3';
import { printable } from './printable.ts';

export type TableLook = {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: boolean;
};

const gap = 2;
const columnMin = 6;
const wordMin = 10;

const borderless = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(gap),
} as const;

/** Returns a table without lines that fits the width; the widest columns give way and wrap. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  look: TableLook,
): string {
  const columns = head.map((title, column) => [title, ...rows.map((row) => row[column] ?? '')]);
  const widths = shrink(columns, look.width - gap * (head.length - 1));
  const cells = (row: readonly string[]) =>
    row.map((text, column) => wrap(plain(text), widths[column] ?? columnMin));
  const table = new Table({
    head: cells(head),
    chars: borderless,
    style: { head: look.colour ? ['bold'] : [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colWidths: widths.map((width) => width),
  });
  table.push(...rows.map(cells));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Takes width from the widest column that can give until all fit; ids stay whole, even beyond the width. */
function shrink(columns: readonly (readonly string[])[], available: number): readonly number[] {
  const widths = columns.map(longest);
  const floors = columns.map(narrowest);
  while (widths.reduce((sum, width) => sum + width, 0) > available) {
    const spare = widths.map((width, column) => (width > (floors[column] ?? 0) ? width : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? 0) === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Returns the width at which a column still reads: its ids whole, other words not in crumbs. */
function narrowest(texts: readonly string[]): number {
  const words = texts.flatMap((text) => text.split(/\s/));
  return Math.max(
    columnMin,
    ...words.map((word) => (isId(word) ? word.length : Math.min(word.length, wordMin))),
  );
}

/** UUIDs, message ids of ours and of SES, ARNs: what people copy. */
function isId(word: string): boolean {
  return /^(?=.*\d)[\w-]{20,80}$|^arn:.{1,200}$/.test(word);
}

function longest(texts: readonly string[]): number {
  return Math.max(...texts.flatMap((text) => text.split('\n')).map((line) => line.length), 1);
}

/** Breaks at spaces, and words that are too long by themselves anywhere. */
function wrap(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const lines: string[] = [''];
      for (const word of line.split(' ').flatMap((each) => inPieces(each, width))) {
        const last = lines.at(-1) ?? '';
        if (last === '') lines[lines.length - 1] = word;
        else if (last.length + 1 + word.length <= width)
          lines[lines.length - 1] = `${last} ${word}`;
        else lines.push(word);
      }
      return lines;
    })
    .join('\n');
}

function inPieces(word: string, width: number): readonly string[] {
  return word.length <= width ? [word] : (word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [word]);
}

/** Colours are the table's own affair, and a control character has no width to reckon with. */
function plain(text: string): string {
  return printable(text).replaceAll('\t', ' ').replaceAll('\u001b', '?');
}
