import { synthesize } from './assembly.ts';
import { perSecond, rotatingConfig } from './rotation-load.ts';
import { type RotationRun, runRotation, type Trial } from './rotation-runs.ts';
import { number, type Section, table } from './section.ts';

/** Three refusals each. */
const runCount = 7;
const secondsMax = 5;

/** Measures in real time how soon mail leaves through another pool when a provider refuses its own. */
export async function measureRotation(onProgress: (text: string) => void): Promise<Section> {
  const made = await synthesize(rotatingConfig);
  try {
    const runs: RotationRun[] = [];
    for (let run = 1; run <= runCount; run += 1)
      runs.push(
        await runRotation(made, (text) => onProgress(`rotation ${run} of ${runCount}: ${text}`)),
      );
    return rotationSection(runs);
  } finally {
    made.remove();
  }
}

function rotationSection(runs: readonly RotationRun[]): Section {
  const trials = runs.flatMap((run) => run.trials);
  const seconds = trials.map(({ toMailMs }) => toMailMs / 1000);
  const p95 = quantile(seconds, 0.95);
  const p50 = quantile(seconds, 0.5);
  const othersMoved = sum(trials.map((trial) => trial.othersMoved));
  const mails = sum(runs.map((run) => run.mails));
  const lost = sum(runs.map((run) => run.lost));
  return {
    title: 'From a block to the first mail on another pool',
    method: `The local pipeline in real time, ${perSecond} mails a second for the whole of each of ${runs.length} runs: twelve tenants with a domain each, six providers, two pools of one address. One provider after the other blocks a pool's address. Counted from the failure after which it was decided, by the time of its SES event, to the first mail that SES takes for the other pool; of n failures that a decision names it is the n-th. A decision carries the time at which its run began, and the run reads failures after that, so the time to it may be below nought. Cold starts are in it: the loop's function runs for the first time when the first provider refuses.`,
    promises: [
      {
        promise: `deciding failure → first mail on the other pool in ${secondsMax} s (p95)`,
        measured: `${number(p95, 1)} s, median ${number(p50, 1)} s, ${trials.length} trials`,
        kept: p95 <= secondsMax,
      },
      {
        promise: 'other providers’ mail does not move',
        measured: `${othersMoved} mails moved`,
        kept: othersMoved === 0,
      },
      {
        promise: 'no mail lost',
        measured: `${lost} of ${number(mails)} lost`,
        kept: lost === 0,
      },
    ],
    body: table(
      [
        'provider',
        'from',
        'failures decided on',
        's to the run that decided',
        's to the first mail',
        'mails refused in all',
        'others moved',
      ],
      trials.map(rowOf),
    ),
    data: { p50, p95, mails, lost, trials },
  };
}

function rowOf(trial: Trial): readonly (string | number)[] {
  const { provider, from, failures, toDecisionMs, toMailMs, refused, othersMoved } = trial;
  return [
    ...[provider, from, failures],
    ...[toDecisionMs, toMailMs].map((ms) => number(ms / 1000, 1)),
    ...[refused, othersMoved],
  ];
}

/** The smallest value that so large a share of all does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
