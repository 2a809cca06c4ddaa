import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Comparison, compare } from '../../simulation/reputation/compare.ts';
import { parametersHash, worldOf } from '../../simulation/reputation/open-world.ts';
import { policies, policyNames } from '../../simulation/reputation/policies/policies.ts';
import { runScenario } from '../../simulation/reputation/run.ts';
import { readScenario, type Scenario } from '../../simulation/reputation/scenario.ts';
import { multiplied } from '../../simulation/reputation/volume.ts';
import { formatPage, pageLook } from '../cli/page.ts';
import { number } from '../prove/section.ts';
import { pageOf } from './html-page.ts';
import { readOptions, type SimulateOptions } from './options.ts';
import { comparisonTables } from './report.ts';
import { type Speed, watchSpeed } from './speed.ts';

/**
 * Runs a scenario under policies and prints what each came to. Returns the exit code: 0 when it ran, 2 when
 * the scenario could not be read or a run failed.
 */
export function simulate(args: readonly string[]): number {
  const options = readOptions(args);
  try {
    const scenario = scenarioIn(options.scenario);
    if (scenario === undefined) return 2;
    return run(multiplied(scenario, options.volume), options);
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

function scenarioIn(file: string): Scenario | undefined {
  if (!existsSync(file)) {
    process.stderr.write(
      `error: got ${file}, which is no file; give a scenario such as scenarios/bad-list.json\n`,
    );
    return undefined;
  }
  const read = readScenario(readFileSync(file, 'utf8'));
  for (const problem of read.problems ?? []) {
    process.stderr.write(`error: ${file}: ${problem}\n`);
  }
  return read.scenario;
}

function run(scenario: Scenario, options: SimulateOptions): number {
  const { seed, seeds, policy, json, html } = options;
  const parameters = worldOf(options.world);
  const names = policy === undefined ? policyNames : [policy];
  const watch = watchSpeed();
  const comparison = compare({
    scenario,
    seeds: Array.from({ length: seeds }, (_, index) => seed + index),
    names,
    parameters,
    onRun: (name, at, result) => {
      watch.ran(name, result.handed);
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${name}, seed ${at}`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const measured = { ...watch.ofAll(), speeds: watch.of(), world: parametersHash(parameters) };
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...comparison, ...measured })}\n`
      : textOf(scenario, comparison, measured),
  );
  if (html !== undefined) {
    const traced = names.map((name) =>
      runScenario({ scenario, seed, makePolicy: policies[name], parameters, trace: 'keep' }),
    );
    writeFileSync(html, pageOf(scenario, comparison, traced));
    if (!json) process.stdout.write(`wrote ${html}\n`);
  }
  return 0;
}

/** `world` names the numbers of the world. */
type Measured = Speed & { readonly world: string };

function textOf(scenario: Scenario, comparison: Comparison, measured: Measured): string {
  const { mails, cpuSeconds, mailsPerMinute, world } = measured;
  const page = [
    `**${scenario.name}**: ${scenario.about}`,
    comparisonTables(comparison),
    `${comparison.seeds.length} runs of each policy; ${number(mails)} mails in ${number(cpuSeconds, 1)} s of the processor, ${number(mailsPerMinute)} a minute. World ${world}. What the columns say: npm run simulate -- --help`,
  ].join('\n\n');
  return `${formatPage(page, pageLook)}\n`;
}
