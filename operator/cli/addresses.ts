import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Io } from './io.ts';
import { usageError } from './session.ts';

/** Returns the addresses on the command line and in a file (`-` is stdin), one a line; blank lines do not count. */
export async function readAddresses(
  io: Io,
  given: readonly string[],
  file: string | undefined,
): Promise<readonly string[]> {
  const lines =
    file === undefined ? '' : file === '-' ? await text(io.stdin) : readFileSync(file, 'utf8');
  const all = [...given, ...lines.split('\n')]
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (all.length === 0)
    throw usageError('no address given: name one, or a file with --file (one a line, - for stdin)');
  return [...new Set(all)];
}
