import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';

const newline = 10;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Returns the queue bodies in a file, one a line; blank lines and a byte order mark do not count.
 * @throws one sentence for a file that cannot be read, is empty, or is not UTF-8
 */
export function readInput(file: string): readonly string[] {
  const lines = splitLines(readBytes(file));
  const foreign = lines.findIndex((line) => !isUtf8(line));
  // Decoded nevertheless, the mail would go out with replacement characters in it.
  if (foreign >= 0)
    throw new Error(
      `--input: line ${foreign + 1} of ${file} is not valid UTF-8; save the file as UTF-8`,
    );
  const bodies = lines.map((line) => line.toString('utf8')).filter((line) => line.trim() !== '');
  if (bodies.length === 0)
    throw new Error(`--input: ${file} is empty; name a file with one queue body a line`);
  return bodies;
}

function readBytes(file: string): Buffer {
  try {
    const bytes = readFileSync(file);
    return bytes.subarray(0, 3).equals(byteOrderMark) ? bytes.subarray(3) : bytes;
  } catch (cause) {
    throw new Error(
      `--input: got ${file}, which cannot be read; name a file with one queue body a line`,
      { cause },
    );
  }
}

function splitLines(bytes: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, from)) {
    lines.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return [...lines, bytes.subarray(from)];
}
