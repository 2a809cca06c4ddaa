import type { Command } from 'commander';
import * as z from 'zod';
import { findTarget } from '../actions/find-target.ts';
import { exitCodes } from './io.ts';
import { wholeNumber } from './options.ts';
import type { Run, Session } from './session.ts';

const consoleOptions = z.object({
  port: z.number().optional(),
  operate: z.boolean().default(false),
  by: z.string().optional(),
});

/** Adds `console`. */
export function addConsoleCommand(program: Command, run: Run): void {
  program
    .command('console')
    .summary('look at the deployment in a browser')
    .description(
      'Serve a page on 127.0.0.1 that shows what leaves, pools, decisions, tenants at risk and alarms, and finds mail. It only looks, unless started with --operate. Open the address that it prints: nobody else on this machine has its token.',
    )
    .option(
      '--port <number>',
      'port on 127.0.0.1 (default: 4580, or a free one)',
      wholeNumber(1, 65_535),
    )
    .option('--operate', 'act from the page too; each action asks why')
    .option('--by <name>', 'who stands in the logs for what is done (default: $USER)')
    .addHelpText('after', '\nExample:\n  goodstanding console --profile production --operate')
    .action((_options: unknown, command: Command) =>
      run(command, (session) => show(session, command)),
    );
}

async function show(session: Session, command: Command): Promise<number> {
  const { backend, terminal, io, signal } = session;
  const { port, operate, by = io.env['USER'] } = consoleOptions.parse(command.opts());
  const found = await findTarget(command.optsWithGlobals(), io);
  // Its server is large, and no other command needs it.
  const { openConsole } = await import('../console/open-console.ts');
  const opened = await openConsole({
    ...{ backend, mode: operate ? 'operate' : 'look' },
    label: typeof found === 'string' ? backend.deployment : found.label,
    ...(port === undefined ? {} : { port }),
    ...(by === undefined ? {} : { by }),
  });
  const { url } = opened;
  terminal.answer({ url, operate }, () => `console  ${url}`);
  terminal.note('it stays up; Ctrl-C ends it');
  try {
    await until(signal);
  } finally {
    await opened.close();
  }
  return exitCodes.ok;
}

function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
