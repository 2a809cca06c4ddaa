import { createInterface } from 'node:readline';
import type { Draft } from './send-drafts.ts';

/** Yields each line that is not blank, with its number; one that is no JSON is yielded as unreadable. */
export async function* readRequestLines(input: NodeJS.ReadableStream): AsyncGenerator<Draft> {
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    // Editors on Windows begin a file with a byte order mark, which is no part of the JSON.
    const content = line === 1 ? text.replace(/^\ufeff/, '') : text;
    if (content.trim() !== '') yield { line, ...readJson(content) };
  }
}

/** Returns how many lines a file has, for a progress bar. */
export function countLines(content: Uint8Array): number {
  const newline = 10;
  let count = 0;
  for (const byte of content) if (byte === newline) count += 1;
  return content.at(-1) === newline ? count : count + 1;
}

function readJson(text: string): Omit<Draft, 'line'> {
  try {
    return { draft: JSON.parse(text) };
  } catch {
    return { draft: undefined, unreadable: 'the line is not JSON; one request stands on one line' };
  }
}
