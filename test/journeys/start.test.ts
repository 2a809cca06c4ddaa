/**
 * Goal: `npm start -- --once --json` is a contract that a program can rely on: its fields, its sums, its
 * exit code. Method: the very command, in a process of its own.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { run } from '../examples/run.ts';
import { batch, message } from '../support/requests.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'goodstanding-start-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const count = z.int().nonnegative();
const report = z.looseObject({
  requests: count,
  recipients: count,
  outcomes: z.strictObject({
    delivered: count,
    accepted: count,
    bounced: count,
    complained: count,
    suppressed: count,
    rejected: count,
    expired: count,
    held: count,
    parked: count,
  }),
  duplicates: count,
  lost: count,
  seconds: z.number(),
});

/** Runs the command on a file of queue bodies; its state file stays out of the clone. */
async function start(bodies: readonly (string | object)[], ...options: readonly string[]) {
  const file = join(folder, `${bodies.length}.jsonl`);
  const lines = bodies.map((body) => (typeof body === 'string' ? body : JSON.stringify(body)));
  writeFileSync(file, lines.join('\n'));
  const start = resolve('bin/start.mjs');
  const args = [start, '--once', '--json', '--input', file, ...options];
  const { code, stdout } = await run(process.execPath, args, { cwd: folder });
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  return { code, report: report.parse(JSON.parse(last)) };
}

const from = 'hello@example.com';
const box = (name: string) => `${name}@simulator.amazonses.com`;

describe('npm start -- --once --json', { concurrent: false }, () => {
  test('a file with every outcome: the last line adds up, and the exit code is 0', async () => {
    const delivered = message({ from, to: box('success') });
    const bulk = { stream: 'marketing', from, to: box('success+2') };
    const recipients = [box('success+3'), box('bounce'), box('complaint'), 'nobody'].map((to) => ({
      to,
      data: { name: 'Ada' },
    }));
    const { code, report } = await start([
      delivered,
      delivered,
      message(bulk),
      batch(recipients, { from }),
      message({ from, to: box('suppressionlist') }),
      message({ from, to: box('success'), expiresAt: '2020-01-01T00:00:00Z' }),
      message({ from: 'ceo@bank.example' }),
      '{"version":1,',
      message({ from, to: box('success'), sendAt: new Date(Date.now() + 3_600_000).toISOString() }),
    ]);
    expect(code).toBe(0);
    expect(report).toMatchObject({ requests: 9, recipients: 11, duplicates: 1, lost: 0 });
    expect(report.outcomes).toEqual({
      delivered: 2,
      accepted: 1,
      bounced: 1,
      complained: 1,
      suppressed: 1,
      rejected: 3,
      expired: 1,
      held: 1,
      parked: 0,
    });
  });

  test('a recipient without an outcome is lost, and the exit code says so', async () => {
    // SES's 500 a second allow 3,000 recipients no sooner than in six seconds.
    const recipients = Array.from({ length: 50 }, (_, index) => ({
      to: box(`success+${index}`),
      data: { name: 'Ada' },
    }));
    const bodies = Array.from({ length: 60 }, () => batch(recipients, { from }));
    const { code, report } = await start(bodies, '--timeout', '2');
    const sum = Object.values(report.outcomes).reduce((total, each) => total + each, 0);
    expect(report.recipients).toBe(3_000);
    expect(report.lost).toBeGreaterThan(0);
    expect(sum + report.lost).toBe(3_000);
    expect(code).toBe(1);
  });

  test('a file that is not there is told in one sentence, with exit code 2', async () => {
    const args = [resolve('bin/start.mjs'), '--once', '--input', 'nowhere.jsonl'];
    const { code, stderr } = await run(process.execPath, args, { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain(
      'error: --input: got nowhere.jsonl, which cannot be read; name a file with one queue body a line',
    );
  });
});
