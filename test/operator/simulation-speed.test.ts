import { expect, test } from 'vitest';
import { speedPromises, speedTable } from '../../operator/prove/simulation-speed.ts';

const speed = (mailsPerMinute: number) => ({ mails: 1000, cpuSeconds: 1, mailsPerMinute });
const answer = (scenario: string, all: number, ours: number) => ({
  scenario,
  ...speed(all),
  speeds: [
    { policy: 'goodstanding', ...speed(ours) },
    { policy: 'oracle', ...speed(90_000_000) },
  ],
});
const month = answer('quiet-month', 30_000_000, 20_000_000);

test('a month of millions decides for those who send them, the slowest scenario for every scenario', () => {
  const fast = answer('bad-list', 12_000_000, 11_000_000);
  const slow = answer('cold-ramp', 3_000_000, 10_000_000);
  const [millions, every] = speedPromises([fast, slow], month);
  expect(millions).toMatchObject({
    kept: true,
    measured: '20,000,000: a month of 1,000 mails takes 1 s',
  });
  expect(every?.kept).toBe(false);
  expect(every?.measured).toContain('3,000,000 in cold-ramp');
  expect(every?.measured).toContain('1 of 2 scenarios reach it so, 2 with ours alone');
  expect(speedPromises([fast], answer('quiet-month', 30_000_000, 9_000_000))).toMatchObject([
    { kept: false },
    { kept: true },
  ]);
});

test('the table names ours alone beside every policy that ran', () => {
  const lines = speedTable([answer('cold-ramp', 3_000_000, 10_000_000)], month).split('\n');
  expect(lines.at(-2)).toBe('| cold-ramp | 1,000 | 1.0 | 10,000,000 | 3,000,000 |');
  expect(lines.at(-1)).toContain('two million mails a day');
});
