import { userInfo } from 'node:os';
import type { Command } from 'commander';
import * as z from 'zod';
import { alarmKinds } from '../../contract/alarm-kinds.ts';
import { alarmKindNames, isAlarmKind } from '../../contract/alarm-names.ts';
import { epochMs } from '../../domain/time.ts';
import { subscriptionState } from '../actions/alarm-subscription.ts';
import { type AlarmTest, testAlarms } from '../actions/alarm-test.ts';
import {
  type AlarmRow,
  ackIncident,
  findIncident,
  listAlarms,
  listIncidents,
} from '../actions/alarms.ts';
import { describeIncident, incidentCells } from './incident-words.ts';
import { exitCodes } from './io.ts';
import { accountable, addAccountable, addConfirmed, confirmed, wholeNumber } from './options.ts';
import { readDuration } from './rotation-command.ts';
import { type Run, type Session, usageError } from './session.ts';
import { counted, formatInstant } from './words.ts';

/** Adds `alarms list|incidents|show|ack|test`. */
export function addAlarmCommands(program: Command, run: Run): void {
  const alarms = program
    .command('alarms')
    .description('What rings, why, who was told, and whether people would hear of it.');

  alarms
    .command('list')
    .summary('every kind of alarm and how it stands')
    .addHelpText('after', '\nExample:\n  goodstanding alarms list')
    .action((_options: unknown, command: Command) => run(command, list));

  alarms
    .command('incidents')
    .summary('what people were told of, the latest first')
    .option('--since <duration>', 'how far back: 30m, 6h, 2d (default: 7d)')
    .addHelpText('after', '\nExample:\n  goodstanding alarms incidents --since 2d')
    .action((_options: unknown, command: Command) =>
      run(command, (session) => incidents(session, command.opts())),
    );

  alarms
    .command('show')
    .summary('one incident: its cause, what was done, who was told')
    .argument('<incident>', 'its id, as alarms list and every notice name it')
    .addHelpText('after', '\nExample:\n  goodstanding alarms show 2026-11-21-142000-mail-late')
    .action((id: string, _options: unknown, command: Command) =>
      run(command, (session) => show(session, id)),
    );

  addAccountable(alarms.command('ack'))
    .summary('say that an incident is in hand: nobody is told of it again until it is over')
    .argument('<incident>')
    .addHelpText(
      'after',
      '\nExample:\n  goodstanding alarms ack 2026-11-21-142000-mail-late --why "I look at it, Ada"',
    )
    .action((id: string, _options: unknown, command: Command) =>
      run(command, (session) => ack(session, id, command.opts())),
    );

  addTest(alarms, run);
}

function addTest(alarms: Command, run: Run): void {
  addConfirmed(alarms.command('test'))
    .summary('fire alarms for real and see that people are told')
    .description(
      'Fire one metric alarm of each kind, wait until people were told, and set it back. Each notice says that it is a test. What rings is left alone.',
    )
    .argument('[kind...]', 'kinds of alarm (default: all)')
    .option(
      '--timeout <seconds>',
      'how long to wait for each notice (default: 120)',
      wholeNumber(1, 900),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding alarms test mail-late --yes\n  goodstanding alarms test --why "new on-call list"',
    )
    .action((kinds: readonly string[], _options: unknown, command: Command) =>
      run(command, (session) => fire(session, kinds, command.opts())),
    );
}

async function list({ backend, terminal }: Session): Promise<number> {
  const [rows, subscription] = await Promise.all([
    listAlarms(backend),
    subscriptionState(backend).catch(() => undefined),
  ]);
  if (subscription?.problem !== undefined) terminal.note(subscription.problem);
  terminal.answer({ alarms: rows, subscription: subscription ?? null }, () =>
    terminal.table(['kind', 'state', 'since', 'incident, and what rings'], rows.map(cellsOf)),
  );
  return exitCodes.ok;
}

function cellsOf({ kind, state, since, incident, ringing }: AlarmRow): readonly string[] {
  return [
    kind,
    state === 'alarm' ? 'RINGS' : state,
    since === undefined ? '' : formatInstant(since).slice(0, 16),
    [...(incident === undefined ? [] : [incident]), ...ringing.map(({ alarm }) => alarm)].join(
      '\n',
    ),
  ];
}

const incidentsOptions = z.object({ since: z.string().default('7d') });

async function incidents({ backend, terminal }: Session, given: unknown): Promise<number> {
  const { since } = incidentsOptions.parse(given);
  const now = Date.now();
  const found = await listIncidents(
    backend,
    epochMs(now - readDuration(since, '--since')),
    epochMs(now),
  );
  terminal.answer(found, () =>
    found.length === 0
      ? `no incident in ${since}`
      : terminal.table(['incident', 'status', 'told', 'cause'], found.map(incidentCells)),
  );
  return exitCodes.ok;
}

async function show({ backend, terminal }: Session, id: string): Promise<number> {
  const incident = await findIncident(backend, id);
  const problem = `no incident ${id}; see goodstanding alarms incidents`;
  terminal.answer(incident ?? { error: problem }, () =>
    incident ? terminal.wrap(describeIncident(incident, epochMs(Date.now()))) : problem,
  );
  return incident ? exitCodes.ok : exitCodes.nothing;
}

const ackOptions = z.object(accountable);

async function ack(session: Session, id: string, given: unknown): Promise<number> {
  const { why, ...options } = ackOptions.parse(given);
  if (!why) throw usageError('--why: got none; say who looks at it and what they do');
  const by = nameOf(session, options.by);
  await session.audit({ action: 'alarms.ack', subject: id, by, why });
  const acked = await ackIncident(session.backend, { id, by, why, at: epochMs(Date.now()) });
  const problem = `no incident ${id} is open; see goodstanding alarms list`;
  session.terminal.answer(acked ?? { error: problem }, () =>
    acked ? `${id} is in the hand of ${by}: nobody is told again until it is over` : problem,
  );
  return acked ? exitCodes.ok : exitCodes.nothing;
}

const testOptions = z.object({ ...confirmed, timeout: z.number().default(120) });

async function fire(session: Session, named: readonly string[], given: unknown): Promise<number> {
  const { terminal, backend, signal } = session;
  const options = testOptions.parse(given);
  const kinds = named.length === 0 ? alarmKindNames : named.map(readKind);
  const by = nameOf(session, options.by);
  const question = `fire ${counted(kinds.length, 'alarm')} as a test? People are told of each`;
  if (!(await terminal.confirm(question, options.yes))) {
    terminal.note('nothing done');
    return exitCodes.nothing;
  }
  await session.audit({ action: 'alarms.test', subject: kinds.join(' '), by, why: options.why });
  const bar = session.progress('testing', kinds.length);
  const tests = await testAlarms(backend, {
    ...{ kinds, by, signal, onProgress: bar.to },
    waitMs: options.timeout * 1000,
  });
  bar.end();
  const subscription = await subscriptionState(backend).catch(() => undefined);
  if (subscription?.problem !== undefined) terminal.note(subscription.problem);
  terminal.answer({ tests, subscription: subscription ?? null }, () =>
    terminal.table(['kind', 'result', 'after', 'as SNS message'], tests.map(testCells)),
  );
  return exitCodeOf(tests);
}

const resultWords: Readonly<Record<AlarmTest['result'], string>> = {
  arrived: 'arrived',
  silent: 'NOBODY WAS TOLD',
  ringing: 'rings for real: left alone',
  absent: 'no such alarm: deploy again',
};

function testCells({ kind, result, tookMs, notice }: AlarmTest): readonly string[] {
  return [
    kind,
    resultWords[result],
    tookMs === undefined ? '' : `${(tookMs / 1000).toFixed(1)} s`,
    notice ?? '',
  ];
}

function exitCodeOf(tests: readonly AlarmTest[]): number {
  if (tests.every(({ result }) => result === 'arrived')) return exitCodes.ok;
  return tests.some(({ result }) => result === 'arrived') ? exitCodes.partly : exitCodes.nothing;
}

function readKind(text: string) {
  if (isAlarmKind(text)) return text;
  throw usageError(`kind: got ${text}; allowed are ${Object.keys(alarmKinds).join(', ')}`);
}

function nameOf({ io }: Session, by: string | undefined): string {
  return by ?? io.env['USER'] ?? userInfo().username;
}
