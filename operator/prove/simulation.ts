import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { repositoryRoot } from '../../lib/repository-root.ts';
import { baselines } from '../../simulation/reputation/policies/policies.ts';
import { number, type Promised, type Section, table } from './section.ts';
import { speedPromises, speedsAnswer, speedTable } from './simulation-speed.ts';

/** For what is promised; the rest is shown, not promised. */
const seeds = 20;
/** The loop was tuned on seeds below it, so these are new to it. */
const firstSeed = 51;
const seedsShown = 5;
const worldDraws = 32;
const quietMonth = 'quiet-month';
/** So many times its 29,000 mails a day are two million. */
const volumeOfMillions = 70;
/** Nothing is at fault there, so that only ours runs: what is promised of it is a count of ours. */
const withoutFault = [quietMonth, 'five-thousand'];
/** Those that stand for both promises under varied worlds. */
const varied = ['bad-list', 'takeover', 's3150-one-of-four'];

const row = z.object({
  policy: z.string(),
  regret: z.number(),
  goodRegret: z.number(),
  wrongPool: z.number(),
  overCap: z.number(),
  handed: z.number(),
});
const answer = speedsAnswer.extend({
  class: z.string(),
  rows: z.array(row),
  world: z.string(),
});
type Answer = z.output<typeof answer>;

/** What ours may cost of the best baseline's regret. */
const shareMost: Readonly<Record<string, number>> = { 'wrong-object': 1 / 5, 'pool-fault': 2 };

/**
 * Runs every shipped scenario under every policy with twenty seeds, and three of them in varied worlds.
 * It takes hours of one core; two processes share the work.
 */
export async function measureSimulation(onProgress: (text: string) => void): Promise<Section> {
  const names = readdirSync(join(repositoryRoot, 'scenarios'))
    .filter((file) => file.endsWith('.json') && !file.endsWith('.schema.json'))
    .map((file) => file.replace('.json', ''));
  const answers = await inPairs(names, (name) => {
    onProgress(`the scenario ${name}`);
    const only = withoutFault.includes(name) ? ['--policy', 'goodstanding'] : [];
    const many = String(isPromised(name) ? seeds : seedsShown);
    return ask(name, ['--seed', String(firstSeed), '--seeds', many, ...only]);
  });
  const draws = Array.from({ length: worldDraws }, (_, index) => index + 1);
  const other = await inPairs(
    draws.flatMap((draw) => varied.map((name) => ({ draw, name }))),
    ({ draw, name }) => {
      onProgress(`${name} in the world of draw ${draw}`);
      return ask(name, ['--world', String(draw)]);
    },
  );
  onProgress('a month of millions');
  const millions = await ask(quietMonth, [
    ...['--seed', String(firstSeed), '--volume', String(volumeOfMillions)],
    ...['--policy', 'goodstanding'],
  ]);
  const cases = answers.map(caseOf);
  return {
    title: 'Reputation on virtual time',
    method: `Every file in scenarios/ under every policy of docs/simulation.md with ${seeds} seeds from ${firstSeed} on, on none of which anything was tuned (those whose class promises nothing with ${seedsShown}). Regret is harm above the oracle's in mails a run; a baseline is what others do. World ${answers[0]?.world ?? 'unknown'}. A case replays: \`npm run simulate -- --scenario scenarios/bad-list.json --seed ${firstSeed} --seeds ${seeds}\`.`,
    promises: [...promisesOf(answers, cases), ...speedPromises(answers, millions)],
    body: [
      casesTable(cases),
      'In worlds whose assumed numbers are varied by a factor of up to two, the worst of all draws:',
      casesTable(worstOf(other.map(caseOf))),
      'How fast it ran, by the time of one core; with few mails a day the minutes cost more than the mails:',
      speedTable(answers, millions),
    ].join('\n\n'),
    data: {
      cases,
      varied: other.map(caseOf),
      speeds: [...answers, millions].map(({ scenario, mails, speeds }) => ({
        scenario,
        mails,
        speeds,
      })),
    },
  };
}

/** Whether a scenario's class, or the quiet month, has a number to keep. */
function isPromised(name: string): boolean {
  const file = join(repositoryRoot, 'scenarios', `${name}.json`);
  const { class: kind } = z
    .object({ class: z.string() })
    .parse(JSON.parse(readFileSync(file, 'utf8')));
  return name === quietMonth || kind in shareMost;
}

type Case = {
  readonly scenario: string;
  readonly class: string;
  readonly ours: number;
  readonly best: number;
  readonly bestName: string;
  readonly kept: boolean | undefined;
};

function caseOf({ scenario, class: kind, rows }: Answer): Case {
  const ours = rows.find(({ policy }) => policy === 'goodstanding')?.regret ?? Number.NaN;
  const [first] = rows
    .filter(({ policy }) => baselines.some((name) => name === policy))
    .sort((a, b) => a.regret - b.regret);
  const best = first?.regret ?? Number.NaN;
  const share = shareMost[kind];
  const kept = share === undefined || !first ? undefined : ours <= share * Math.max(0, best);
  return { scenario, class: kind, ours, best, bestName: first?.policy ?? 'none ran', kept };
}

function promisesOf(answers: readonly Answer[], cases: readonly Case[]): readonly Promised[] {
  const all = answers.flatMap(({ rows }) => rows);
  const overCap = all.reduce((sum, one) => sum + one.overCap, 0);
  const quiet = answers.find(({ scenario }) => scenario === quietMonth)?.rows ?? [];
  const wrong = quiet.find(({ policy }) => policy === 'goodstanding')?.wrongPool ?? Number.NaN;
  const ofClass = (kind: string, words: string): Promised => {
    const mine = cases.filter((one) => one.class === kind);
    const lost = mine.filter(({ kept }) => kept !== true).map(({ scenario }) => scenario);
    const measured = `${mine.length - lost.length} of ${mine.length}${lost.length > 0 ? `; lost: ${lost.join(', ')}` : ''}`;
    return { promise: words, measured, kept: lost.length === 0 };
  };
  return [
    ofClass(
      'wrong-object',
      "regret at most a fifth of the best baseline's where others hit the wrong object",
    ),
    ofClass('pool-fault', "regret at most twice the best baseline's at abrupt pool faults"),
    {
      promise: 'at most 1 wrong pool action in 600 days without a fault',
      measured: number(wrong),
      kept: wrong <= 1,
    },
    { promise: 'no mail beyond a cap', measured: number(overCap), kept: overCap === 0 },
  ];
}

function casesTable(cases: readonly Case[]): string {
  return table(
    ['scenario', 'class', 'regret of ours', 'of the best baseline', 'which', 'kept'],
    cases.map(({ scenario, class: kind, ours, best, bestName, kept }) => [
      scenario,
      kind,
      number(ours),
      Number.isNaN(best) ? '' : number(best),
      bestName,
      kept === undefined ? '' : kept ? 'yes' : '**no**',
    ]),
  );
}

/** Of each scenario the draw in which ours does worst against the best baseline. */
function worstOf(cases: readonly Case[]): readonly Case[] {
  const lead = ({ ours, best }: Case) => ours - Math.max(0, best);
  return varied.flatMap((name) => {
    const mine = cases.filter(({ scenario }) => scenario === name);
    return mine.sort((a, b) => lead(b) - lead(a)).slice(0, 1);
  });
}

function ask(name: string, options: readonly string[]): Promise<Answer> {
  const file = join(repositoryRoot, 'scenarios', `${name}.json`);
  const args = [join(repositoryRoot, 'bin', 'simulate.mjs'), '--scenario', file, '--json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...args, ...options], (error, said) => {
      if (error) reject(error);
      else resolve(answer.parse(JSON.parse(said)));
    });
  });
}

/** Two processes at a time, because a run keeps one core busy; answers come in the order of the questions. */
async function inPairs<T>(
  questions: readonly T[],
  put: (question: T) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const waiting = [...questions.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      answers[next[0]] = await put(next[1]);
    }
  };
  await Promise.all([work(), work()]);
  return answers;
}
