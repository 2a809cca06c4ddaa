import { formatTable, type TableLook } from './table.ts';

/** How a page looks where nobody asked otherwise, in a terminal and in a file. */
export const pageLook: TableLook = { width: 80, colour: false };

const tableBlock = /(?:^\|.*\n?)+/gm;

/**
 * Returns a Markdown page as a terminal shows it: tables aligned, paragraphs wrapped at the width, and no
 * marks of bold and code. Lists, links and fences are left as they are.
 */
export function formatPage(markdown: string, look: TableLook): string {
  const parts: string[] = [];
  let at = 0;
  for (const { 0: block, index } of markdown.matchAll(tableBlock)) {
    parts.push(wrapLines(markdown.slice(at, index), look.width), `${alignTable(block, look)}\n`);
    at = index + block.length;
  }
  parts.push(wrapLines(markdown.slice(at), look.width));
  return parts.join('');
}

function alignTable(block: string, look: TableLook): string {
  const [head = [], , ...rows] = block.trimEnd().split('\n').map(cellsOf);
  return formatTable(head, rows, look);
}

function cellsOf(line: string): readonly string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => plain(cell.trim().replaceAll('\\|', '|')));
}

function plain(text: string): string {
  return text.replace(/\*\*(.+?)\*\*/g, '$1').replace(/`([^`]+)`/g, '$1');
}

function wrapLines(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => plain(line).replace(breakable(width), '$1\n'))
    .join('\n');
}

/** The last space within the width; a longer word stands on a line of its own. */
function breakable(width: number): RegExp {
  return new RegExp(`(?=.{${width + 1}})(.{1,${width}}) +`, 'g');
}
