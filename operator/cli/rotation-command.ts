/** What every command has in common that asks the reputation loop for something. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import * as z from 'zod';
import { type OperatorCommand, operatorCommand } from '../../contract/rotation-command.ts';
import { deedOf } from '../../domain/rotation/explain.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import { epochMs } from '../../domain/time.ts';
import { askAndWait } from '../actions/ask-rotation.ts';
import { exitCodes } from './io.ts';
import { addConfirmed, confirmed, wholeNumber } from './options.ts';
import { type Session, usageError } from './session.ts';
import { formatInstant } from './words.ts';

const askOptions = z.object({ ...confirmed, timeout: z.number().default(60) });
export type AskOptions = z.output<typeof askOptions>;

/** Adds who, why, the yes, and how long to wait for the answer. */
export function addAsk(command: Command): Command {
  return addConfirmed(command).option(
    '--timeout <seconds>',
    'how long to wait for the decision (default: 60)',
    wholeNumber(1, 900),
  );
}

/** Reads the options that `addAsk` adds. */
export function readAsk(given: unknown): AskOptions {
  return askOptions.parse(given);
}

/** What a command says, besides who and why. */
export type Words = { readonly do: OperatorCommand['do'] } & Readonly<Record<string, unknown>>;

/**
 * Asks first, puts the command into the queue, waits for its decision and tells it. The loop alone writes, so
 * that an operator and an alarm never write at once.
 */
export async function ask(
  session: Session,
  { words, question }: { readonly words: Words; readonly question: string },
  options: AskOptions,
): Promise<number> {
  const { terminal, backend, io } = session;
  if (!options.why) throw usageError('--why: got none; say why, it stands in the decision log');
  const by = options.by ?? io.env['USER'] ?? userInfo().username;
  const command = operatorCommand.parse({ ...words, by, why: options.why });
  if (!(await terminal.confirm(question, options.yes))) {
    terminal.note('nothing done');
    return exitCodes.nothing;
  }
  await session.audit({
    action: `rotation.${words.do}`,
    subject: question.replace(/\?.*$/, ''),
    by,
    why: options.why,
  });
  const { id, decision } = await askAndWait(backend, command, options.timeout * 1000);
  if (!decision) {
    const problem = `no answer within ${options.timeout} s; the command waits in the queue ${backend.names.rotationQueue}; see later: goodstanding decisions show ${id}`;
    terminal.answer({ id, error: problem }, () => problem);
    return exitCodes.partly;
  }
  terminal.answer(decision, () => terminal.wrap(describeDecision(decision)));
  return decision.done ? exitCodes.ok : exitCodes.nothing;
}

/** Returns a decision in lines for people. */
export function describeDecision(decision: Decision): string {
  const { id, at, done, autonomy, settled, brake, by, why, until, actsAt, page, undo } = decision;
  const standing = done ? 'done' : `not done (${autonomy}${brake ? `, ${brake}` : ''})`;
  return [
    `decision  ${id}, ${formatInstant(at)}: ${standing}${settled ? `, ${settled}` : ''}`,
    ...(by === undefined ? [] : [`by        ${by}${why ? `: ${why}` : ''}`]),
    ...decision.actions.map((action) => `action    ${deedOf(action, epochMs(at))}`),
    ...decision.evidence.map((line) => `evidence  ${line}`),
    ...decision.counterEvidence.map((line) => `against   ${line}`),
    ...(until === undefined ? [] : [`until     ${formatInstant(until)}`]),
    ...(actsAt === undefined || done ? [] : [`acts at   ${formatInstant(actsAt)}, unless vetoed`]),
    ...(page === undefined ? [] : [`page      ${page.replaceAll('\n', '\n          ')}`]),
    ...(done && undo !== undefined && settled !== 'undone' ? [`undo      ${undo}`] : []),
  ].join('\n');
}

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Returns a duration such as 30m, 6h or 2d in milliseconds. @throws a usage error for anything else */
export function readDuration(text: string, option: string): number {
  const [, count, unit] = /^([1-9]\d{0,3})([mhd])$/.exec(text) ?? [];
  const size = unit === 'm' || unit === 'h' || unit === 'd' ? units[unit] : undefined;
  if (size === undefined)
    throw usageError(`${option}: got ${text}; allowed is a duration such as 30m, 6h or 2d`);
  return Number(count) * size;
}
