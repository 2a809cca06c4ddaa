import type { WorldParameters } from '../../world/parameters.ts';
import { type PolicyName, policies } from './policies/policies.ts';
import { type RunResult, runScenario } from './run.ts';
import type { Scenario } from './scenario.ts';
import { goodHarmOf } from './tally.ts';

/** What one policy comes to over all seeds of a scenario; means a run unless said otherwise. */
export type PolicyRow = {
  readonly policy: PolicyName;
  readonly runs: number;
  /** Shares of the good mail to living recipients, 0..1. */
  readonly inboxInHour: number;
  readonly inboxInDay: number;
  readonly goodHarmed: number;
  readonly badOut: number;
  /** Harm above the oracle's, in mails: good mail harmed and bad mail let out. */
  readonly regret: number;
  /** The same without bad mail. */
  readonly goodRegret: number;
  /** Medians over the causes and runs in which the right action was taken. */
  readonly secondsToRight?: number;
  readonly failuresToRight?: number;
  /** Causes for which it never was, of all, over all runs. */
  readonly missed: number;
  readonly causes: number;
  /** Wrong actions over all runs, by what they struck. */
  readonly wrongPool: number;
  readonly wrongTenant: number;
  readonly wrongProvider: number;
  readonly moves: number;
  /** Over all runs. */
  readonly overCap: number;
  readonly duplicates: number;
  readonly handed: number;
};

export type Comparison = {
  readonly scenario: string;
  readonly class: Scenario['class'];
  readonly seeds: readonly number[];
  readonly rows: readonly PolicyRow[];
};

export type CompareOptions = {
  readonly scenario: Scenario;
  readonly seeds: readonly number[];
  readonly names: readonly PolicyName[];
  readonly parameters?: WorldParameters;
  readonly onRun?: (name: PolicyName, seed: number, result: RunResult) => void;
};

/** Runs a scenario under policies and seeds; the oracle always runs, regret is measured from it. */
export function compare(options: CompareOptions): Comparison {
  const { scenario, seeds, names, parameters, onRun } = options;
  const all = new Set<PolicyName>([...names, 'oracle']);
  const results = new Map<PolicyName, RunResult[]>();
  for (const seed of seeds) {
    for (const name of all) {
      const makePolicy = policies[name];
      const result = runScenario({
        scenario,
        seed,
        makePolicy,
        ...(parameters ? { parameters } : {}),
      });
      results.set(name, [...(results.get(name) ?? []), result]);
      onRun?.(name, seed, result);
    }
  }
  const best = results.get('oracle') ?? [];
  return {
    scenario: scenario.name,
    class: scenario.class,
    seeds,
    rows: [...results].map(([name, runs]) => rowOf(name, runs, best)),
  };
}

function rowOf(
  policy: PolicyName,
  runs: readonly RunResult[],
  best: readonly RunResult[],
): PolicyRow {
  const mean = (of: (run: RunResult) => number) => sum(runs.map(of)) / runs.length;
  const good = sum(runs.map(({ tally: { born, badBorn, dead } }) => born - badBorn - dead));
  const inHour = sum(runs.map(({ tally }) => tally.inboxInHour));
  const inDay = sum(runs.map(({ tally }) => tally.inboxInDay));
  const responses = runs.flatMap((run) => run.responses);
  const answered = responses.filter(({ seconds }) => seconds !== undefined);
  const seconds = medianOf(answered.map((one) => one.seconds ?? 0));
  const failures = medianOf(answered.map((one) => one.failures));
  const bestGood = sum(best.map(({ tally }) => goodHarmOf(tally))) / Math.max(1, best.length);
  const bestHarm = sum(best.map(({ harm }) => harm)) / Math.max(1, best.length);
  const wrong = (object: 'pool' | 'tenant' | 'provider') =>
    sum(runs.map(({ acts }) => acts.filter((act) => !act.right && act.object === object).length));
  return {
    policy,
    runs: runs.length,
    inboxInHour: inHour / Math.max(1, good),
    inboxInDay: (inHour + inDay) / Math.max(1, good),
    goodHarmed: mean(({ tally }) => goodHarmOf(tally)),
    badOut: mean(({ tally }) => tally.badOut),
    regret: mean(({ harm }) => harm) - bestHarm,
    goodRegret: mean(({ tally }) => goodHarmOf(tally)) - bestGood,
    ...(seconds === undefined ? {} : { secondsToRight: seconds }),
    ...(failures === undefined ? {} : { failuresToRight: failures }),
    missed: responses.length - answered.length,
    causes: responses.length,
    wrongPool: wrong('pool'),
    wrongTenant: wrong('tenant'),
    wrongProvider: wrong('provider'),
    moves: mean(({ moves }) => moves),
    overCap: sum(runs.map(({ tally }) => tally.overCap)),
    duplicates: sum(runs.map(({ tally }) => tally.duplicates)),
    handed: sum(runs.map(({ handed }) => handed)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function medianOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
