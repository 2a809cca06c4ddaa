/** The commands themselves: what each of them has, and that whatever names one names one that is there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { alarmKinds } from '../../contract/alarm-kinds.ts';
import { stuckCauses } from '../../domain/stuck-causes.ts';
import { createProgram } from '../../operator/cli/main.ts';
import { cli } from './cli.ts';

const program = createProgram(
  {
    ...{ stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough() },
    ...{ env: {}, cwd: '.', cloneRoot: '.' },
  },
  async () => undefined,
  () => undefined,
);

/** Every command that does something, with its whole name. */
const leaves = leavesOf(program, []);

function leavesOf(command: Command, path: readonly string[]): readonly [string, Command][] {
  const own = command.commands.flatMap((one) => leavesOf(one, [...path, one.name()]));
  return own.length > 0 ? own : [[path.join(' '), command]];
}

/** Commands that a text tells somebody to run, without their arguments. */
function namedIn(text: string): readonly string[] {
  const names = new Set(leaves.map(([name]) => name));
  const groups = new Set([...names].map((name) => name.split(' ')[0] ?? ''));
  return [...text.matchAll(/goodstanding ([a-z-]+)(?: ([a-z-]+))?/g)].map(([, one = '', two]) => {
    if (names.has(one) || !groups.has(one)) return one;
    return `${one} ${two ?? 'list'}`;
  });
}

const known = leaves.map(([name]) => name);

test('every command has a summary and belongs to the grammar that the page shows', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');
  const shown = [...page.matchAll(/^\| `([a-z][a-z -]+?)(?: [A-Z[<-][^`]*)?` \|/gm)].map(
    ([, name]) => name ?? '',
  );
  expect(shown.toSorted()).toEqual(known.toSorted());
  expect(leaves.filter(([, command]) => command.summary() === '').map(([name]) => name)).toEqual(
    [],
  );
});

describe('what takes something away or stops mail', () => {
  test.each([
    'suppress remove',
    'tenants hold',
    'tenants release',
    'pools quarantine',
    'pools release',
    'pools override',
    'pools warm',
    'orders hold',
    'orders lift',
    'decisions undo',
    'decisions approve',
    'decisions veto',
    'automation',
    'autonomy',
    'last-good',
    'dlq redrive',
    'dlq purge',
    'forget',
  ])('%s asks, can be told not to, and says who and why', (name) => {
    const options = leaves.find(([one]) => one === name)?.[1].options.map(({ long }) => long);
    expect(options).toEqual(expect.arrayContaining(['--yes', '--by', '--why']));
  });
});

test.each([
  ['the kinds of alarm', Object.values(alarmKinds).map(({ look }) => look)],
  ['the table of stuck mail', Object.values(stuckCauses).map(({ next }) => next)],
])('%s name only commands that are there', (_where, texts) => {
  const named = texts.flatMap(namedIn);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

/** What `--help` of every command prints. */
function helpTexts(): readonly { readonly name: string; readonly text: string }[] {
  return [['', program] as const, ...leaves].map(([name, command]) => {
    let text = '';
    command.configureOutput({
      writeOut: (more) => {
        text += more;
      },
    });
    command.outputHelp();
    return { name, text };
  });
}

test('the help of every command fits 80 columns', () => {
  const wide = helpTexts().flatMap(({ text }) =>
    text.split('\n').filter((line) => line.length > 80),
  );
  expect(wide).toEqual([]);
});

test('the help of every command has an example that begins like it', () => {
  const without = helpTexts().filter(
    ({ name, text }) => !/^Examples?:$/m.test(text) || !text.includes(`goodstanding ${name}`),
  );
  expect(without.map(({ name }) => name)).toEqual([]);
});

test('simulate passes on what it is given, and its exit code', async () => {
  const ran = await cli(['simulate', '--scenario', 'scenarios/nope.json', '--seed', '7']);
  expect(ran.code).toBe(2);
});
