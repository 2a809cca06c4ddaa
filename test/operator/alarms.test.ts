/**
 * Goal: a person sees what rings and who was told, and that alarms arrive. Method: the CLI against CloudWatch,
 * SNS and tables of the local runtime, with the responder's work behind them.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeBoard, putIncident, readBoard } from '../../adapters/incident-store.ts';
import type { Incident } from '../../domain/incidents/model.ts';
import { epochMs } from '../../domain/time.ts';
import { type AlarmAws, openAlarmAws } from './alarm-aws.ts';
import { cli } from './cli.ts';

let aws: AlarmAws;

beforeAll(async () => {
  aws = await openAlarmAws();
  for (const kind of ['mail-late', 'tenant-held', 'responder-down'] as const)
    await aws.create(kind);
});
afterAll(() => aws.close());

const run = (...args: readonly string[]) =>
  cli([...args, '--endpoint', aws.endpoint, '--deployment', aws.deployment]);

const began = epochMs(Date.now() - 3_600_000);
const incident: Incident = {
  id: '2026-11-21-142000-ses-stopped',
  kind: 'ses-stopped',
  status: 'open',
  openedAt: began,
  parts: [
    { kind: 'ses-stopped', since: began },
    { kind: 'mail-stuck', since: began },
  ],
  tellings: [{ why: 'opened', claimedAt: began, toldAt: began, notice: 'n1' }],
  findings: {
    cause: 'SES takes no mail of the stream marketing since 14:20 UTC.',
    rings: [{ alarm: 'ses-stopped.account', reason: 'Threshold Crossed' }],
    ...{ evidence: [], did: [], undo: [], decisions: [] },
  },
};

/** Puts an incident on the board and into its record, as the responder would. */
async function open(one: Incident): Promise<void> {
  await changeBoard(aws.evidence, (board) => ({
    ...board,
    incidents: [...board.incidents, one],
  }));
  await putIncident(aws.evidence, one);
}

test('alarms test fires alarms, sees that people are told, and sets them back', async () => {
  const kinds = ['mail-late', 'tenant-held', 'responder-down', 'ses-stopped'];
  const tested = await run('alarms', 'test', ...kinds, '--yes', '--json', '--timeout', '20');
  expect(tested.code).toBe(4);
  const { tests } = tested.json<{
    tests: readonly { kind: string; result: string; notice?: string; incident?: string }[];
  }>();
  expect(tests.map(({ kind, result }) => [kind, result])).toEqual([
    ['mail-late', 'arrived'],
    ['tenant-held', 'arrived'],
    ['responder-down', 'arrived'],
    ['ses-stopped', 'absent'],
  ]);
  for (const { kind, notice, incident: id } of tests.slice(0, 2)) {
    expect(notice).toMatch(/./);
    expect(id).toMatch(new RegExp(`-test-${kind}$`));
  }
  const subjects = (await aws.notices()).map(({ subject }) => subject).sort();
  expect(subjects).toEqual([
    expect.stringContaining('test-responder-down'),
    '[test] Goodstanding page: Mail leaves too slowly',
    '[test] Goodstanding ticket: A tenant is held',
  ]);
  await aws.settled();
  expect((await readBoard(aws.evidence)).board).toMatchObject({ incidents: [], tests: [] });
  const listed = await run('alarms', 'list', '--json');
  const { alarms } = listed.json<{ alarms: readonly { kind: string; state: string }[] }>();
  expect(alarms.filter(({ state }) => state === 'alarm')).toEqual([]);
});

test('a second test, right after the first, has a notice of its own and takes none for its own', async () => {
  const notices: (string | undefined)[] = [];
  const before = (await aws.notices()).length;
  for (const _ of [1, 2]) {
    const tested = await run('alarms', 'test', 'mail-late', 'responder-down', '--yes', '--json');
    const { tests } = tested.json<{ tests: readonly { result: string; notice?: string }[] }>();
    expect(tests.map(({ result }) => result)).toEqual(['arrived', 'arrived']);
    notices.push(tests[0]?.notice);
  }
  expect(new Set(notices).size).toBe(2);
  expect(await aws.notices()).toHaveLength(before + 4);
});

test('an alarm that nobody would hear of is said, and so is a subscription that waits', async () => {
  const nobody = await run('alarms', 'list');
  expect(nobody.stderr).toContain('nobody is told of alarms');
  await aws.subscribe('email', 'ada@example.com');
  const waiting = await run('alarms', 'list');
  expect(waiting.stderr).toContain('not confirmed (email …@example.com)');
  expect(waiting.stderr).toContain('until then nobody is told');
});

test('an incident is listed, shown and taken in hand', async () => {
  await open(incident);
  const listed = await run('alarms', 'incidents');
  expect(listed.stdout).toContain(incident.id);
  const shown = await run('alarms', 'show', incident.id);
  for (const words of [
    'SES takes no mail of the stream marketing',
    'causes    Mail is not leaving',
    'look      goodstanding status',
    'docs/runbook.md#ses-stopped',
  ])
    expect(shown.stdout).toContain(words);
  const acked = await run('alarms', 'ack', incident.id, '--why', 'I look', '--by', 'ada');
  expect(acked.code).toBe(0);
  expect((await run('alarms', 'show', incident.id)).stdout).toContain('in hand   ada');
  for (const { stdout } of [listed, shown])
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('what nobody can know is said as such', async () => {
  const unknown = await run('alarms', 'show', '2026-11-21-000000-mail-late');
  expect(unknown).toMatchObject({ code: 1, stdout: expect.stringContaining('no incident') });
  const ack = ['alarms', 'ack', '2026-11-21-000000-mail-late'];
  expect(await run(...ack)).toMatchObject({ code: 2 });
  expect(await run(...ack, '--why', 'x')).toMatchObject({ code: 1 });
  const kind = await run('alarms', 'test', 'mail-slow', '--yes');
  expect(kind).toMatchObject({ code: 2, stderr: expect.stringContaining('got mail-slow') });
});

test('alarms are not fired where nobody said yes', async () => {
  const asked = await run('alarms', 'test', 'mail-late');
  expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('pass --yes') });
});
