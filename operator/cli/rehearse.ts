import type { Command } from 'commander';
import * as z from 'zod';
import type { LiveRehearsal } from '../console/rehearsal-model.ts';
import { exitCodes, type Io } from './io.ts';
import { wholeNumber } from './options.ts';
import { createTerminal, type Terminal } from './terminal.ts';

const rehearseOptions = z.object({
  json: z.boolean().default(false),
  port: z.number().optional(),
  once: z.boolean().default(false),
});

/** Adds `rehearse`, which brings a deployment of its own. */
export function addRehearseCommand(
  program: Command,
  io: Io,
  ended: (exitCode: number) => void,
): void {
  program
    .command('rehearse')
    .summary('see a pool rotate, on this machine')
    .description(
      'Start a deployment of two pools on this machine, send mail through it, let one mailbox provider refuse one pool, and show in the terminal and in a browser how the mail rotates and why. It touches no AWS account and no other local runtime.',
    )
    .option(
      '--port <number>',
      'port of its console on 127.0.0.1 (default: 4580, or a free one)',
      wholeNumber(1, 65_535),
    )
    .option('--once', 'end when the mail has rotated')
    .addHelpText('after', '\nExample:\n  goodstanding rehearse')
    .action(async (_options: unknown, command: Command) => {
      ended(await rehearse(io, rehearseOptions.parse(command.optsWithGlobals())));
    });
}

async function rehearse(
  io: Io,
  { json, port, once }: z.output<typeof rehearseOptions>,
): Promise<number> {
  const terminal = createTerminal(io, json);
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  terminal.note('building and starting a deployment of two pools, some seconds');
  // It brings the whole pipeline, which no other command needs.
  const { runLive } = await import('../console/run-live.ts');
  let last: LiveRehearsal | undefined;
  let where = '';
  try {
    await runLive({
      signal: stop.signal,
      ...(port === undefined ? {} : { port }),
      up: ({ endpoint, deployment }) => {
        where = `--endpoint ${endpoint} --deployment ${deployment}`;
      },
      tell: (state) => {
        say(terminal, last, state);
        const isNews = isOver(state) && last?.phase !== state.phase;
        last = state;
        if (once && isOver(state)) stop.abort();
        else if (isNews && state.phase === 'done')
          for (const line of staysUp(where)) terminal.note(line);
      },
    });
  } finally {
    process.off('SIGINT', onInterrupt);
  }
  const isRotated = last?.rotatedAt !== undefined;
  terminal.answer(last, () => (isRotated ? 'rotated' : 'nothing rotated'));
  return isRotated ? exitCodes.ok : exitCodes.nothing;
}

function say(terminal: Terminal, before: LiveRehearsal | undefined, state: LiveRehearsal): void {
  if (before === undefined) terminal.note(`watch it: ${state.consoleUrl}`);
  for (const { text } of state.steps.slice(before?.steps.length ?? 0)) terminal.note(text);
  if (before?.decision !== state.decision)
    for (const line of state.explanation) terminal.note(`  ${line}`);
}

function staysUp(where: string): readonly string[] {
  return [
    'it stays up, so that you can look around; Ctrl-C ends it. In another terminal:',
    `  npx goodstanding ${where} status`,
    `  npx goodstanding ${where} pools explain east`,
  ];
}

function isOver({ phase }: LiveRehearsal): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'stopped';
}
