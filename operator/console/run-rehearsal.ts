import { policies } from '../../simulation/reputation/policies/policies.ts';
import { type RunResult, runScenario } from '../../simulation/reputation/run.ts';
import type { Scenario } from '../../simulation/reputation/scenario.ts';
import type {
  Rehearsal,
  RehearsalAct,
  RehearsalResult,
  RehearsalSeries,
} from './rehearsal-model.ts';
import { binMsOf, watchPolicy, wordsOfAct } from './rehearsal-watch.ts';

/** Our run's part of the work; the oracle's is the rest. */
const ownPart = 0.6;

/** How often the run under way is told, real milliseconds. */
const tellEveryMs = 250;

/**
 * Runs a scenario under our loop and under the oracle, which knows the truth, and tells how it goes. Takes
 * seconds to a minute of one core, by the scenario's length and mail.
 */
export function runRehearsal(
  scenario: Scenario,
  seed: number,
  tell: (rehearsal: Rehearsal) => void,
): void {
  const binMs = binMsOf(scenario);
  const startsAt = Date.parse(scenario.startsAt);
  const bornMs = scenario.hours * 3_600_000;
  const common = { scenario: scenario.name, about: scenario.about, seed };
  let toldAt = 0;
  const { make, view } = watchPolicy(policies.goodstanding, {
    binMs,
    startsAt,
    onTick: () => {
      const now = performance.now();
      if (now < toldAt + tellEveryMs) return;
      toldAt = now;
      tell({
        ...common,
        state: 'running',
        progress: ownPart * Math.min(1, view.simulatedMs() / bornMs),
        simulatedMs: view.simulatedMs(),
        series: view.series(),
        acts: view.acts(),
      });
    },
  });
  const own = runScenario({ scenario, seed, makePolicy: make, trace: 'keep' });
  const whole = {
    ...common,
    simulatedMs: view.simulatedMs(),
    series: { ...view.series(), waiting: waitingOf(own, binMs) },
    acts: actsOf(own, startsAt),
  };
  tell({ ...whole, state: 'running', progress: ownPart });
  const best = runScenario({ scenario, seed, makePolicy: policies.oracle });
  tell({ ...whole, state: 'done', progress: 1, result: resultOf(own, best) });
}

function waitingOf({ series }: RunResult, binMs: number): RehearsalSeries['waiting'] {
  if (!series) return [];
  const step = Math.round(binMs / series.binMs);
  return Array.from(
    { length: Math.ceil(series.waiting.length / step) },
    (_, index) => series.waiting[Math.min((index + 1) * step, series.waiting.length) - 1] ?? 0,
  );
}

function actsOf({ acts }: RunResult, startsAt: number): readonly RehearsalAct[] {
  return acts.map((act) => ({
    atMs: act.at - startsAt,
    what: wordsOfAct(act),
    right: act.right,
  }));
}

function resultOf(own: RunResult, best: RunResult): RehearsalResult {
  const { born, badBorn, dead, inboxInHour } = own.tally;
  const seconds = own.responses.flatMap((response) => response.seconds ?? []);
  return {
    mails: born,
    harm: own.harm,
    oracleHarm: best.harm,
    regret: own.harm - best.harm,
    inboxInHour: inboxInHour / Math.max(1, born - badBorn - dead),
    wrongActs: own.acts.filter(({ right }) => !right).length,
    ...(seconds.length > 0 ? { secondsToRight: Math.max(...seconds) } : {}),
  };
}
