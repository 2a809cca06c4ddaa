import { Argument, type Command } from 'commander';
import { readAutomation } from '../../adapters/standing-store.ts';
import { actionKinds, autonomies } from '../../domain/rotation/model.ts';
import { exitCodes } from './io.ts';
import { addAsk, ask, readAsk } from './rotation-command.ts';
import type { Run, Session } from './session.ts';
import { formatInstant } from './words.ts';

const states = ['on', 'freeze', 'off'] as const;

const questions: Readonly<Record<(typeof states)[number], string>> = {
  on: 'let the reputation loop act again, as far as each kind of action may?',
  freeze: 'freeze it? what stands stays, nothing new is done',
  off: 'switch it off? dispatch forgets its holds and moves within two seconds',
};

/** Adds `automation`, `autonomy` and `last-good`. */
export function addAutomationCommands(program: Command, run: Run): void {
  addAsk(program.command('automation'))
    .summary('how the reputation loop stands, or: on, freeze, off')
    .addArgument(new Argument('[state]').choices(states))
    .addHelpText('after', '\nExample:\n  goodstanding automation freeze --why "we look ourselves"')
    .action((state: (typeof states)[number] | undefined, _options: unknown, command: Command) =>
      run(command, (session) =>
        state === undefined
          ? show(session)
          : ask(
              session,
              { words: { do: 'automation', state }, question: questions[state] },
              readAsk(command.opts()),
            ),
      ),
    );

  addAsk(program.command('autonomy'))
    .summary('how far the loop goes by itself with one kind of action')
    .addArgument(new Argument('<kind>').choices(actionKinds))
    .addArgument(new Argument('<level>').choices(autonomies))
    .addHelpText(
      'after',
      '\nExample:\n  goodstanding autonomy move veto --why "a month of good reports"',
    )
    .action((kind: string, level: string, _options: unknown, command: Command) =>
      run(command, (session) =>
        ask(
          session,
          { words: { do: 'autonomy', kind, level }, question: `set ${kind} to ${level}?` },
          readAsk(command.opts()),
        ),
      ),
    );

  addAsk(program.command('last-good'))
    .summary('return every assignment to the last that stood while all was well')
    .addHelpText('after', '\nExample:\n  goodstanding last-good --why "back to Monday"')
    .action((_options: unknown, command: Command) =>
      run(command, (session) =>
        ask(
          session,
          {
            words: { do: 'last-good' },
            question: 'return every assignment to the last good one?',
          },
          readAsk(command.opts()),
        ),
      ),
    );
}

async function show({ backend, terminal }: Session): Promise<number> {
  const item = await readAutomation(backend.tables.assignments);
  const { state = 'on', autonomy = {} } = item ?? {};
  terminal.answer({ state, autonomy, ...(item ? { at: item.at, by: item.by } : {}) }, () =>
    [
      terminal.wrap(
        `automation  ${state}${item ? `, by ${item.by} at ${formatInstant(item.at)}: ${item.why}` : ''}`,
      ),
      ...Object.entries(autonomy).map(([kind, level]) => `${kind.padEnd(12)}${level}`),
      ...(Object.keys(autonomy).length === 0
        ? [
            terminal.wrap(
              'every kind of action is at what goodstanding.config.ts says (observe by default, act for grow)',
            ),
          ]
        : []),
    ].join('\n'),
  );
  return exitCodes.ok;
}
