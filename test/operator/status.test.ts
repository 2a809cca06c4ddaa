/** One screen that says whether mail leaves, what needs a look, and what nobody could read. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { epochMs, hourMs } from '../../domain/time.ts';
import { firstSentence } from '../../operator/actions/first-sentence.ts';
import type { OpenIncident, Status } from '../../operator/actions/status.ts';
import { createPartReader, isAbsence, readPart } from '../../operator/actions/status-part.ts';
import { judgeStatus } from '../../operator/actions/status-verdict.ts';
import { toRow } from '../../operator/actions/stuck-row.ts';
import { describeStatus } from '../../operator/cli/status-screen.ts';
import { createTerminal } from '../../operator/cli/terminal.ts';
import { readAs, statusAt, statusOf } from '../support/status.ts';
import { cli, cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const account = {
  ...{ sendRatePerSecond: 14, dailyQuota: 50_000, sentLast24Hours: 0 },
  ...{ sendingEnabled: true, shutDown: false, productionAccess: true, inReview: false },
};

const off = { on: false, since: epochMs(0), reason: 'sending-paused', trips: 0 } as const;

const incident: Omit<OpenIncident, 'kind'> = {
  ...{ id: '2026-11-21-a', title: 'Mail leaves too slowly', severity: 'page' },
  ...{ since: statusAt, look: 'goodstanding queue' },
};

const troubles: readonly (readonly [string, Partial<Status>, string, RegExp])[] = [
  ['SES is paused', { ses: readAs({ ...account, sendingEnabled: false }) }, 'stopped', /paused/],
  ['SES is shut down', { ses: readAs({ ...account, shutDown: true }) }, 'stopped', /suspended/],
  [
    'the quota is spent',
    { ses: readAs({ ...account, sentLast24Hours: 50_000 }) },
    'stopped',
    /quota is spent/,
  ],
  [
    'the quota is nearly spent',
    { ses: readAs({ ...account, sentLast24Hours: 45_000 }) },
    'look',
    /90 % of SES's quota/,
  ],
  ['AWS looks at us', { ses: readAs({ ...account, inReview: true }) }, 'look', /under review/],
  [
    'a switch is off',
    { switches: readAs([{ stream: 'marketing', state: off }]) },
    'stopped',
    /stream marketing is switched off/,
  ],
  [
    'nobody reads a queue',
    { stuck: readAs([toRow({ stage: 'intake', cause: 'nobody-reads', stream: 'marketing' })]) },
    'stopped',
    /intake, marketing/,
  ],
  [
    'a tenant is held',
    { stuck: readAs([toRow({ stage: 'held', cause: 'tenant-held', tenant: 'acme' })]) },
    'look',
    /its tenant is held/,
  ],
  [
    'a pool is quarantined',
    {
      pools: readAs([
        { pool: 'leased', kind: 'standard', provider: 'gmail', state: 'quarantined' },
      ]),
    },
    'look',
    /pool leased is quarantined at gmail/,
  ],
  [
    'the loop is frozen',
    { loop: readAs({ state: 'freeze', autonomy: {}, orders: 0 }) },
    'look',
    /frozen/,
  ],
  [
    'the loop runs behind',
    {
      loop: readAs({
        ...{ state: 'on', autonomy: {}, orders: 0 },
        lookedUntil: epochMs(statusAt - hourMs),
      }),
    },
    'look',
    /runs behind/,
  ],
  [
    'an incident is open',
    { incidents: readAs([{ ...incident, kind: 'mail-late', cause: 'SES lets out 14/s' }]) },
    'look',
    /SES lets out 14\/s/,
  ],
  [
    'mail is stuck, says an incident',
    { incidents: readAs([{ ...incident, kind: 'mail-stuck' }]) },
    'stopped',
    /too slowly/,
  ],
  [
    'an alarm subscription is not confirmed',
    { subscription: readAs({ topicArn: 'arn', subscriptions: [], problem: 'not confirmed' }) },
    'look',
    /not confirmed/,
  ],
  [
    'something cannot be read',
    { ses: { kind: 'unread', why: 'AccessDenied' } },
    'look',
    /not known: what SES says \(AccessDenied\)/,
  ],
];

describe('the verdict', () => {
  test('is ok where all is well, and what is theirs or a test wakes nobody', () => {
    expect(judgeStatus(statusOf())).toEqual({ level: 'ok', reasons: [] });
    const calm = statusOf({
      incidents: readAs([{ ...incident, kind: 'mail-stuck', testedBy: 'ada' }]),
      stuck: readAs([toRow({ stage: 'in-ses', cause: 'rate-limited', provider: 'gmail' })]),
    });
    expect(judgeStatus(calm).level).toBe('ok');
  });

  test('does not ask a box who is told of its alarms', () => {
    const subscription = readAs({ topicArn: 'arn', subscriptions: [], problem: 'nobody is told' });
    expect(judgeStatus(statusOf({ subscription, target: 'box' })).level).toBe('ok');
  });

  test.each(troubles)('%s', (_title, over, level, words) => {
    const verdict = judgeStatus(statusOf(over));
    expect(verdict.level).toBe(level);
    expect(verdict.reasons[0]?.what).toMatch(words);
    expect(verdict.reasons[0]?.next.length).toBeGreaterThan(5);
  });

  test('names first what stops mail', () => {
    const all = Object.assign({}, ...troubles.map(([, over]) => over), {
      switches: readAs([{ stream: 'marketing', state: off }]),
    });
    const { level, reasons } = judgeStatus(statusOf(all));
    expect(level).toBe('stopped');
    const first = reasons.findIndex((reason) => reason.level === 'look');
    expect(reasons.slice(first).every((reason) => reason.level === 'look')).toBe(true);
  });
});

describe('the screen', () => {
  const terminal = createTerminal(
    {
      ...{ stdout: process.stdout, stderr: process.stderr, stdin: process.stdin },
      ...{ env: { COLUMNS: '80' }, cwd: '.', cloneRoot: '.' },
    },
    false,
  );
  const screen = (status: Status) => describeStatus(status, judgeStatus(status), terminal);

  test('shows all parts in 24 lines of 80 columns', () => {
    const text = screen(statusOf());
    for (const words of [
      'ok: mail leaves and nothing needs a look',
      /^SES +sends; production; 1,204 of 50,000 in 24 h \(2\.4 %\); 14\/s at most$/m,
      /^pools +1 pool, none in trouble$/m,
      /^loop +on; counted until 2 min ago; 0 open orders/m,
      /^told +1 confirmed subscription/m,
      /^marketing +on +3 +1 +4 s +0$/m,
    ])
      expect(text).toMatch(words);
    expect(text.split('\n').length).toBeLessThanOrEqual(24);
  });

  test.each(troubles)('fits 80 columns when %s', (_title, over) => {
    const lines = screen(statusOf(over)).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines[0]).toMatch(/^(needs a look|mail is not leaving): 1 thing/);
  });
});

describe('a part', () => {
  test('that takes too long or fails says so', async () => {
    const never = new Promise<number>(() => undefined);
    expect(await readPart(() => never, 5)).toEqual({
      ...{ kind: 'unread', why: 'no answer within 0.005 s' },
    });
    const failing = () => Promise.reject(new TypeError('no\n  luck'));
    expect(await readPart(failing, 1_000)).toEqual({ kind: 'unread', why: 'TypeError: no luck' });
    expect(await readPart(async () => 7, 1_000)).toEqual({ kind: 'read', value: 7 });
  });
});

test('streams that are off for one reason are one thing, and an incident is told by its first sentence', () => {
  const { reasons } = judgeStatus(
    statusOf({
      switches: readAs(['marketing', 'transactional'].map((stream) => ({ stream, state: off }))),
      incidents: readAs([{ ...incident, kind: 'mail-late', cause: 'SES takes 14/s. Mail waits.' }]),
    }),
  );
  expect(reasons.map(({ what }) => what)).toEqual([
    'streams marketing, transactional are switched off',
    'SES takes 14/s',
  ]);
});

test.each([
  [
    'SES takes 0.5 mails a second of a.example. Mail waits.',
    'SES takes 0.5 mails a second of a.example',
  ],
  ['One sentence.', 'One sentence'],
  ['no full stop', 'no full stop'],
  ['', ''],
])('the first sentence of %j is %j', (text, first) => {
  expect(firstSentence(text)).toBe(first);
});

test('what is not there is told from what may not be read or does not answer', async () => {
  const named = (name: string) => Object.assign(new Error('no'), { name });
  const reader = createPartReader(1_000);
  expect(reader.silence()).toEqual([]);
  await reader.read(() => Promise.reject(named('ResourceNotFoundException')));
  await reader.read(() => Promise.reject(named('QueueDoesNotExist')));
  expect(reader.silence().map(isAbsence)).toEqual([true, true]);
  await reader.read(() => Promise.reject(named('AccessDeniedException')));
  expect(reader.silence().every(isAbsence)).toBe(false);
  await reader.read(async () => 'there');
  expect(reader.silence()).toEqual([]);
});

describe('the command', () => {
  let aws: LocalAws;
  beforeAll(async () => {
    aws = await startLocalAws();
  });
  afterAll(() => aws.close());

  test('shows what it can where SES and CloudWatch do not answer, and says so in their place', async () => {
    const ran = await cliOn(aws, ['status']);
    expect(ran.code).toBe(5);
    expect(ran.stdout).toMatch(/^SES +not known: /m);
    expect(ran.stdout).toMatch(/^incidents +none open$/m);
    expect(ran.stdout).toMatch(/^marketing +on +0 +0 +0$/m);
    expect(ran.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('with --json is one line that begins with the verdict', async () => {
    const ran = await cliOn(aws, ['status', '--json']);
    expect(ran.json<{ verdict: { level: string } }>().verdict.level).toBe('look');
    expect(ran.stdout.trimEnd()).not.toContain('\n');
  });

  test('is one line and exit code 3 where the deployment is not there', async () => {
    const ran = await cli([...['status', '--endpoint', aws.endpoint, '--deployment', 'elsewhere']]);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toMatch(/^error: deployment elsewhere is not \(wholly\) there/m);
  });

  test('is one line and exit code 3 where nothing answers at all', async () => {
    const ran = await cli(['status', '--endpoint', 'http://127.0.0.1:9', '--region', 'us-east-1']);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toMatch(/^error: cannot reach the endpoint/m);
  });
});
