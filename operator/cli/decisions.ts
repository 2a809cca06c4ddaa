import type { Command } from 'commander';
import * as z from 'zod';
import { readDecisions } from '../../adapters/decision-log.ts';
import { deedOf } from '../../domain/rotation/explain.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import { epochMs } from '../../domain/time.ts';
import { exitCodes } from './io.ts';
import { addAsk, ask, describeDecision, readAsk, readDuration } from './rotation-command.ts';
import type { Run, Session } from './session.ts';
import { counted, formatInstant } from './words.ts';

const sinceOptions = z.object({ since: z.string().default('7d') });

/** How far back one decision is looked for. */
const shownFor = '400d';

/** Adds `decisions list|show|report|undo|approve|veto`. */
export function addDecisionCommands(program: Command, run: Run): void {
  const decisions = program
    .command('decisions')
    .description('What the reputation loop decided: why, what it did, and how to undo it.');

  addSince(decisions.command('list'))
    .summary('the latest decisions')
    .addHelpText('after', '\nExample:\n  goodstanding decisions list --since 6h')
    .action((_options: unknown, command: Command) =>
      run(command, (session) => list(session, command.opts())),
    );

  decisions
    .command('show')
    .summary('one decision with its evidence')
    .argument('<id>')
    .addHelpText('after', '\nExample:\n  goodstanding decisions show 4f0c2a9b7d31')
    .action((id: string, _options: unknown, command: Command) =>
      run(command, (session) => show(session, id)),
    );

  addSince(decisions.command('report'))
    .summary('what was done, and what would have been done')
    .addHelpText('after', '\nExample:\n  goodstanding decisions report --since 30d')
    .action((_options: unknown, command: Command) =>
      run(command, (session) => report(session, command.opts())),
    );

  for (const [word, summary] of [
    ['undo', 'take back what a decision did'],
    ['approve', 'carry out what was proposed'],
    ['veto', 'object to what was proposed'],
  ] as const)
    addAsk(decisions.command(word))
      .summary(summary)
      .argument('<id>')
      .addHelpText(
        'after',
        `\nExample:\n  goodstanding decisions ${word} 4f0c2a9b7d31 --why "ticket 12"`,
      )
      .action((decision: string, _options: unknown, command: Command) =>
        run(command, (session) =>
          ask(
            session,
            { words: { do: word, decision }, question: `${word} decision ${decision}?` },
            readAsk(command.opts()),
          ),
        ),
      );
}

function addSince(command: Command): Command {
  return command.option('--since <duration>', 'how far back: 30m, 6h, 2d (default: 7d)');
}

async function list(session: Session, given: unknown): Promise<number> {
  const { since } = sinceOptions.parse(given);
  const decisions = await readSince(session, since);
  const { terminal } = session;
  terminal.answer(decisions, () =>
    decisions.length === 0
      ? `no decisions in the last ${since}`
      : terminal.table(
          ['id', 'when', 'done', 'what'],
          decisions.map((decision) => [
            decision.id,
            formatInstant(decision.at).slice(0, 16),
            standingOf(decision),
            whatOf(decision),
          ]),
        ),
  );
  return exitCodes.ok;
}

async function show(session: Session, id: string): Promise<number> {
  const found = (await readSince(session, shownFor)).find((one) => one.id === id);
  const problem = `no decision ${id}; see goodstanding decisions list`;
  session.terminal.answer(found ?? { error: problem }, () =>
    found ? session.terminal.wrap(describeDecision(found)) : problem,
  );
  return found ? exitCodes.ok : exitCodes.nothing;
}

/** Counts by kind of action, so that somebody who has only observed so far sees what would change. */
async function report(session: Session, given: unknown): Promise<number> {
  const { since } = sinceOptions.parse(given);
  const decisions = await readSince(session, since);
  const { terminal } = session;
  const kinds = new Map<string, { done: number; not: number }>();
  for (const { actions, done } of decisions)
    for (const { kind } of actions) {
      const counts = kinds.get(kind) ?? { done: 0, not: 0 };
      counts[done ? 'done' : 'not'] += 1;
      kinds.set(kind, counts);
    }
  const rows = [...kinds].map(([kind, counts]) => ({ kind, ...counts }));
  terminal.answer({ since, decisions: decisions.length, kinds: rows }, () =>
    rows.length === 0
      ? `${counted(decisions.length, 'decision')} in ${since}, none with anything to do`
      : terminal.table(
          ['kind of action', 'done', 'would have been done'],
          rows.map(({ kind, done, not }) => [kind, String(done), String(not)]),
        ),
  );
  return exitCodes.ok;
}

function readSince({ backend }: Session, since: string): Promise<readonly Decision[]> {
  const now = Date.now();
  return readDecisions(
    backend.tables.evidence,
    epochMs(now - readDuration(since, '--since')),
    epochMs(now),
  );
}

function standingOf({ done, settled, autonomy, brake }: Decision): string {
  if (settled) return settled;
  return done ? 'yes' : `no: ${brake ?? autonomy}`;
}

function whatOf({ actions, at, evidence }: Decision): string {
  if (actions.length === 0) return evidence[0] ?? '';
  return actions.map((action) => deedOf(action, epochMs(at))).join('; ');
}
