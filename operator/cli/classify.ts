import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import type { Command } from 'commander';
import * as z from 'zod';
import { classifyLines } from '../actions/classify-lines.ts';
import type { Io } from './io.ts';
import { printableJson } from './printable.ts';
import { usageError } from './session.ts';

const classifyOptions = z.object({ file: z.string().optional() });

/** Adds `classify`, which needs no deployment. */
export function addClassifyCommand(program: Command, io: Io): void {
  program
    .command('classify')
    .summary("say what mailbox providers' replies mean")
    .description(
      "Say what mailbox providers' replies mean. Reads one JSON object a line (diagnostic; optional status, bounceType, bounceSubType, delayType, recipientDomain: the fields of SES's events), writes one a line in the same order (reason, blames, suppress, confidence; provider, ip and blocklist where the reply tells them).",
    )
    .option('--file <file>', 'the replies (default: stdin)')
    .addHelpText(
      'after',
      `\nExample:\n  echo '{"diagnostic":"550 5.1.1 user unknown"}' | goodstanding classify`,
    )
    .action((_options: unknown, command: Command) =>
      classifyAll(io, classifyOptions.parse(command.opts())),
    );
}

async function classifyAll(io: Io, { file }: z.output<typeof classifyOptions>): Promise<void> {
  const input = file === undefined || file === '-' ? io.stdin : fileStream(file);
  for await (const read of classifyLines(input)) {
    if ('problem' in read) throw usageError(`line ${read.line}: ${read.problem}`);
    const { reason, blames, suppress, provider, ip, blocklist, confidence } = read.classified;
    const answer = { reason, blames, suppress, provider, ip, blocklist, confidence };
    if (!io.stdout.write(`${printableJson(answer)}\n`)) await once(io.stdout, 'drain');
  }
}

function fileStream(file: string): NodeJS.ReadableStream {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw usageError(`--file: got ${file}, which is not there`);
  if (found.isDirectory()) throw usageError(`--file: got ${file}, which is a folder; name a file`);
  return createReadStream(file);
}
