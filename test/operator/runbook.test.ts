/** Goal: at night the runbook can be trusted. Method: its text against the table of alarms and the CLI itself. */
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { alarmKinds } from '../../contract/alarm-kinds.ts';
import { alarmKindNames } from '../../contract/alarm-names.ts';
import { createProgram } from '../../operator/cli/main.ts';

const text = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const [, ...chapters] = text.split(/^## /m);
const chapterOf = (kind: string) => chapters.find((one) => one.startsWith(`${kind}\n`)) ?? '';

const program = createProgram(
  {
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    stdin: new PassThrough(),
    env: {},
    cwd: '.',
    cloneRoot: '.',
  },
  async () => undefined,
  () => undefined,
);

/** Every command of the runbook and of the table, in the order of the text, without `npx`. */
const commandsIn = (part: string) =>
  [...part.matchAll(/npx (goodstanding [^`\n]+)/g)].map(([, command]) => command ?? '');

/** Returns what is wrong with a command line, undefined where the CLI would take it. */
function problemOf(line: string): string | undefined {
  const words = [...line.matchAll(/"[^"]*"|\S+/g)].map(([word]) => word);
  let command: Command = program;
  let index = 1;
  for (; index < words.length; index += 1) {
    const next = command.commands.find((one) => one.name() === words[index]);
    if (!next) break;
    command = next;
  }
  const known = [...command.options, ...program.options];
  let given = 0;
  for (; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('--')) given += 1;
    else {
      const option = known.find(({ long }) => long === word);
      if (!option) return `${line}: no option ${word}`;
      if (option.required) index += 1;
    }
  }
  const wanted = command.registeredArguments.filter(({ required }) => required).length;
  const takesMore = command.registeredArguments.some(({ variadic }) => variadic);
  if (given < wanted) return `${line}: an argument is missing`;
  if (given > command.registeredArguments.length && !takesMore)
    return `${line}: ${given} arguments`;
  const needed = command.options.filter(({ mandatory, long }) => mandatory && long !== undefined);
  const missing = needed.find(({ long }) => !words.includes(long ?? ''));
  if (missing) return `${line}: ${missing.long} is missing`;
  if (command === program) return `${line}: no such command`;
  return undefined;
}

test('every kind of alarm has a chapter, in the order of the table, and there is no other', () => {
  expect(chapters.map((chapter) => chapter.split('\n')[0])).toEqual([...alarmKindNames]);
});

test.each(alarmKindNames)(
  'the chapter on %s begins with what shows it, and says all it must',
  (kind) => {
    const chapter = chapterOf(kind);
    for (const part of [
      'What it means.',
      'Ours or theirs.',
      'First five minutes.',
      'What the system does.',
      'Undo.',
    ])
      expect(chapter).toContain(`**${part}**`);
    expect(commandsIn(chapter)[0]).toBe(alarmKinds[kind].look);
  },
);

describe('every command can be pasted', () => {
  test('as the CLI takes it', () => {
    const all = [...commandsIn(text), ...alarmKindNames.map((kind) => alarmKinds[kind].look)];
    expect(all.length).toBeGreaterThan(50);
    expect(all.flatMap((command) => problemOf(command) ?? [])).toEqual([]);
  });

  test('and a wrong one would be found', () => {
    expect(problemOf('goodstanding alarms shout')).toBeDefined();
    expect(problemOf('goodstanding alarms list --loud')).toContain('--loud');
    expect(problemOf('goodstanding alarms show')).toContain('missing');
    expect(problemOf('goodstanding status now')).toContain('arguments');
    expect(problemOf('goodstanding pools override marketing --for 6h')).toContain('--pool');
  });
});
