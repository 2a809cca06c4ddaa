import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import * as z from 'zod';
import { epochMs } from '../../domain/time.ts';
import { readStatus } from '../actions/status.ts';
import { judgeStatus, type StatusLevel } from '../actions/status-verdict.ts';
import { exitCodes } from './io.ts';
import type { Run, Session } from './session.ts';
import { describeStatus } from './status-screen.ts';

const statusOptions = z.object({ watch: z.boolean().default(false) });

/**
 * So often a view costs about 0.10 USD an hour on AWS: CloudWatch takes 0.01 USD for a thousand ages of queues
 * (a dozen a view), DynamoDB less than 0.01 USD for some sixty short queries.
 */
const watchEveryMs = 5_000;

const codes: Readonly<Record<StatusLevel, number>> = {
  ok: exitCodes.ok,
  look: exitCodes.look,
  stopped: exitCodes.stopped,
};

/** Adds `status`. */
export function addStatusCommand(program: Command, run: Run): void {
  program
    .command('status')
    .summary('whether mail leaves, what needs a look, and what to do')
    .description(
      'Whether mail leaves, what needs a look, and what to do; one screen, within two seconds. What cannot be read says so in its place.',
    )
    .option('--watch', 'again every 5 seconds, until Ctrl-C')
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding status\n  goodstanding status --json\n\nExit code 0: all is well, 5: something needs a look, 6: mail is not leaving.',
    )
    .action((_options: unknown, command: Command) =>
      run(command, (session) => show(session, statusOptions.parse(command.opts()))),
    );
}

async function show(session: Session, { watch }: z.output<typeof statusOptions>): Promise<number> {
  const { backend, terminal, io, signal } = session;
  for (;;) {
    const status = await readStatus(backend, epochMs(Date.now()), io.statusPartMs);
    const verdict = judgeStatus(status);
    // A terminal shows one screen; a file keeps them all.
    if (watch && io.stdout.isTTY === true) io.stdout.write('\u001b[2J\u001b[H');
    terminal.answer({ verdict, ...status }, () => describeStatus(status, verdict, terminal));
    if (watch) await sleep(watchEveryMs, undefined, { signal }).catch(() => undefined);
    if (!watch || signal.aborted) return codes[verdict.level];
  }
}
