import { createInterface } from 'node:readline';

/** A line of a file of requests: what it holds, not checked yet, and its number. */
export type RequestLine = {
  readonly line: number;
  /** The JSON value, or the text itself when it is no JSON. */
  readonly draft: unknown;
};

/** Yields each line that is not blank. A line that is no JSON is yielded as text, for the contract to refuse. */
export async function* readRequestLines(input: NodeJS.ReadableStream): AsyncGenerator<RequestLine> {
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() !== '') yield { line, draft: parseJson(text) };
  }
}

/** Returns how many lines a file has, for a progress bar. */
export function countLines(content: Uint8Array): number {
  const newline = 10;
  let count = 0;
  for (const byte of content) if (byte === newline) count += 1;
  return content.at(-1) === newline ? count : count + 1;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
