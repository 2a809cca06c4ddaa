import { expect, test } from 'vitest';
import { speedPromise, speedTable } from '../../operator/prove/simulation-speed.ts';

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

test('the slowest scenario decides whether the speed is kept, however fast a month of millions runs', () => {
  const fast = answer('bad-list', 12_000_000, 11_000_000);
  const slow = answer('cold-ramp', 3_000_000, 10_000_000);
  const { measured, kept } = speedPromise([fast, slow], month);
  expect(kept).toBe(false);
  expect(measured).toContain('3,000,000 in cold-ramp');
  expect(measured).toContain('1 of 2 scenarios reach it so, 2 with ours alone');
  expect(speedPromise([fast], month).kept).toBe(true);
});

test('the table names ours alone beside every policy that ran', () => {
  const lines = speedTable([answer('cold-ramp', 3_000_000, 10_000_000)], month).split('\n');
  expect(lines.at(-2)).toBe('| cold-ramp | 1,000 | 1.0 | 10,000,000 | 3,000,000 |');
  expect(lines.at(-1)).toContain('two million mails a day');
});
