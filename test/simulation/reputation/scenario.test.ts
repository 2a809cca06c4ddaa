import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { policies } from '../../../simulation/reputation/policies/policies.ts';
import { runScenario } from '../../../simulation/reputation/run.ts';
import { readScenario, scenarioJsonSchema } from '../../../simulation/reputation/scenario.ts';
import { multiplied } from '../../../simulation/reputation/volume.ts';
import { smallScenario } from '../../support/scenarios.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'scenarios');
const schemaFile = 'scenario.schema.json';
const files = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== schemaFile);
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

describe('the shipped scenarios', () => {
  test('are the twenty-one that docs/simulation.md names', () => {
    const page = readFileSync(join(folder, '..', 'docs', 'simulation.md'), 'utf8');
    expect(files.length).toBe(21);
    expect(files.filter((file) => !page.includes(`\`${file.replace('.json', '')}\``))).toEqual([]);
  });

  test.each(files)('%s can be read, and carries its own name', (file) => {
    const { scenario, problems } = readScenario(read(file));
    expect(problems).toBeUndefined();
    expect(`${scenario?.name}.json`).toBe(file);
  });

  test('keep to the written JSON Schema, which is what the format says today', () => {
    const schema: unknown = JSON.parse(read(schemaFile));
    expect(schema).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())));
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
      scenarioJsonSchema(),
    );
    expect(files.filter((file) => !validate(JSON.parse(read(file))))).toEqual([]);
  });
});

describe('a scenario file that cannot be run', () => {
  const written = (more: Readonly<Record<string, unknown>>) =>
    readScenario(JSON.stringify({ ...smallScenario(), ...more })).problems?.join('\n');

  test.each([
    ['no JSON', 'nonsense', /not JSON/],
    ['a misspelt field', JSON.stringify({ ...smallScenario(), poools: [] }), /poools/],
  ])('%s is said', (_what, text, words) => {
    expect(readScenario(text).problems?.join('\n')).toMatch(words);
  });

  test('a wrong value is named with its place, what was got and what is allowed', () => {
    expect(written({ class: 'odd' })).toMatch(/^class: got "odd"; .*wrong-object/);
    expect(written({ events: [{ kind: 'storm', atMinute: 1 }] })).toMatch(
      /events\.0.*storm|events\.0\.kind: got "storm"/,
    );
    expect(
      written({ events: [{ kind: 'outage', atMinute: 1, provider: 'gmail', forMinutes: -3 }] }),
    ).toMatch(/events\.0\.forMinutes: got -3/);
  });

  test('names that lead nowhere are said', () => {
    expect(written({ streams: [{ stream: 's', lane: 'marketing', pools: ['z'] }] })).toMatch(
      /pool of stream s: got z; allowed: a, b/,
    );
    expect(
      written({ events: [{ kind: 'spike', atMinute: 1, tenant: 'nobody', volumeFactor: 2 }] }),
    ).toMatch(/tenant of event spike: got nobody; allowed: shop/);
  });
});

test('a scenario with ten times its mail hands over ten times as much, and loses no more of it', () => {
  const runOf = (times: number) =>
    runScenario({
      scenario: multiplied(smallScenario(), times),
      seed: 1,
      makePolicy: policies.oracle,
    });
  const once = runOf(1);
  const tenTimes = runOf(10);
  expect(tenTimes.handed / once.handed).toBeGreaterThan(9);
  expect(tenTimes.handed / once.handed).toBeLessThan(11);
  expect(tenTimes.harm / tenTimes.handed).toBeLessThan(2 * (once.harm / once.handed) + 0.01);
});
