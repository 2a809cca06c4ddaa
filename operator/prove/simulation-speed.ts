import * as z from 'zod';
import { number, type Promised, table } from './section.ts';

/** Mails a minute. */
const speedLeast = 10_000_000;

/** What a simulation says of its speed; seconds are the processor's, of one core. */
export const speedAnswer = z.object({
  mails: z.number(),
  cpuSeconds: z.number(),
  mailsPerMinute: z.number(),
});

/** The speed of all policies of a scenario together, and of each alone. */
export const speedsAnswer = speedAnswer.extend({
  scenario: z.string(),
  speeds: z.array(speedAnswer.extend({ policy: z.string() })),
});
export type Speeds = z.output<typeof speedsAnswer>;

/**
 * Returns what is promised of speed, measured on the mail of those who send millions, and on every shipped scenario:
 * there the slowest with all its policies decides, however little mail it has.
 */
export function speedPromises(answers: readonly Speeds[], millions: Speeds): readonly Promised[] {
  const [slowest] = answers.toSorted((a, b) => a.mailsPerMinute - b.mailsPerMinute);
  const least = slowest?.mailsPerMinute ?? Number.NaN;
  const fastOf = (speedOf: (answer: Speeds) => number) =>
    answers.filter((answer) => speedOf(answer) >= speedLeast).length;
  const { mails, cpuSeconds, mailsPerMinute } = oursIn(millions);
  return [
    {
      promise: '10 million simulated mails a minute on one core, two million a day under ours',
      measured: `${number(mailsPerMinute)}: a month of ${number(mails)} mails takes ${number(cpuSeconds)} s`,
      kept: mailsPerMinute >= speedLeast,
    },
    {
      promise: 'and in every shipped scenario, however little mail it has',
      measured: `${number(least)} in ${slowest?.scenario ?? 'none'}, the slowest, all policies together; ${fastOf((answer) => answer.mailsPerMinute)} of ${answers.length} scenarios reach it so, ${fastOf((answer) => oursIn(answer).mailsPerMinute)} with ours alone`,
      kept: least >= speedLeast,
    },
  ];
}

/** Returns the speed of every scenario as a Markdown table, the month of millions last. */
export function speedTable(answers: readonly Speeds[], millions: Speeds): string {
  const row = (name: string, answer: Speeds) => {
    const ours = oursIn(answer);
    return [
      name,
      number(ours.mails),
      number(ours.cpuSeconds, 1),
      number(ours.mailsPerMinute),
      number(answer.mailsPerMinute),
    ];
  };
  return table(
    ['scenario', 'mails under ours', 'seconds', 'a minute', 'a minute, every policy that ran'],
    [
      ...answers.map((answer) => row(answer.scenario, answer)),
      row(`${millions.scenario}, two million mails a day`, millions),
    ],
  );
}

function oursIn({ speeds }: Speeds): z.output<typeof speedAnswer> {
  const ours = speeds.find(({ policy }) => policy === 'goodstanding');
  return ours ?? { mails: 0, cpuSeconds: 0, mailsPerMinute: 0 };
}
