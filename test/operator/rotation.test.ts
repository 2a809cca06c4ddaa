/** How a person sees and steers the reputation loop. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { putDecision } from '../../adapters/decision-log.ts';
import { namesOf } from '../../contract/names.ts';
import { rotationMessage } from '../../contract/rotation-command.ts';
import { assignmentKeys, directoryKeys, pacingKeys } from '../../contract/table-keys.ts';
import { decisionIdOf } from '../../domain/rotation/decision-id.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import { epochMs, hourMs } from '../../domain/time.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());
beforeEach(() => aws.purge(names.rotationQueue));

const command = rotationMessage.options[3];

/** Runs a command line while somebody answers the queue as the loop would. */
async function asked(args: readonly string[], answer: Partial<Decision> = {}) {
  const running = cliOn(aws, [...args, '--yes']);
  const message = await firstMessage();
  const { command: words } = command.parse(JSON.parse(message.body));
  await putDecision(evidence(), {
    ...aDecision({ id: decisionIdOf(message.id, 0), done: true, by: words.by, why: words.why }),
    ...answer,
  });
  return { words, ran: await running };
}

async function firstMessage(): Promise<{ readonly id: string; readonly body: string }> {
  for (;;) {
    const [message] = await aws.receiveAll(names.rotationQueue);
    if (message) return { id: message.MessageId ?? '', body: message.Body ?? '' };
  }
}

const evidence = () => ({ dynamo: aws.dynamo, name: names.tables.evidence });

function aDecision(over: Partial<Decision>): Decision {
  return {
    id: 'd1',
    at: epochMs(Date.now()),
    autonomy: 'act',
    done: false,
    actions: [],
    evidence: ['since 14:20: 9 of 31 mails to microsoft blocked'],
    counterEvidence: ['without tenant acme, pool a is at 0.2 %'],
    ...over,
  };
}

test.each<[string, readonly string[], object]>([
  [
    'pools quarantine',
    ['pools', 'quarantine', 'a', '--provider', 'gmail', '--for', '6h'],
    { do: 'quarantine', pool: 'a', provider: 'gmail', forMs: 6 * hourMs },
  ],
  ['pools release', ['pools', 'release', 'a'], { do: 'release', pool: 'a', provider: '*' }],
  [
    'pools override',
    ['pools', 'override', 'marketing', '--pool', 'a=3', '--pool', 'b', '--for', '2d'],
    {
      do: 'override',
      stream: 'marketing',
      provider: '*',
      pools: [
        { pool: 'a', weight: 3 },
        { pool: 'b', weight: 1 },
      ],
      forMs: 48 * hourMs,
    },
  ],
  [
    'pools warm',
    ['pools', 'warm', 'a', '--provider', '*', '--per-day', '40000'],
    { do: 'warm', pool: 'a', provider: '*', perDay: 40_000 },
  ],
  ['decisions undo', ['decisions', 'undo', 'abc'], { do: 'undo', decision: 'abc' }],
  ['automation freeze', ['automation', 'freeze'], { do: 'automation', state: 'freeze' }],
  ['autonomy', ['autonomy', 'move', 'veto'], { do: 'autonomy', kind: 'move', level: 'veto' }],
  ['last-good', ['last-good'], { do: 'last-good' }],
])('%s asks the loop, with who and why, and tells its decision', async (_, args, words) => {
  const { ran, words: said } = await asked([...args, '--why', 'ticket 12', '--by', 'ada']);
  expect(said).toEqual({ ...words, by: 'ada', why: 'ticket 12' });
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/^decision {2}[0-9a-f]{12}, .*: done\nby {8}ada: ticket 12\n/);
});

test('what the loop refuses ends with 1 and says why', async () => {
  const { ran } = await asked(['pools', 'release', 'a', '--why', 'x'], {
    done: false,
    brake: 'refused',
    evidence: ['refused: pool a is not out'],
  });
  expect(ran.code).toBe(1);
  expect(ran.stdout).toContain('refused: pool a is not out');
});

test('a loop that does not answer is told with the id to look for', async () => {
  const args = ['last-good', '--why', 'x', '--yes', '--timeout', '1', '--json'];
  const ran = await cliOn(aws, args);
  expect(ran.code).toBe(4);
  const { id } = ran.json<{ readonly id: string }>();
  expect(decisionIdOf((await firstMessage()).id, 0)).toBe(id);
});

test.each([
  [['pools', 'quarantine', 'a', '--yes'], '--why: got none'],
  [['pools', 'quarantine', 'a', '--yes', '--why', 'x', '--for', '6 h'], '--for: got 6 h'],
  [
    ['pools', 'override', 's', '--pool', 'A', '--for', '1h', '--why', 'x', '--yes'],
    '--pool: got A',
  ],
  [['pools', 'warm', 'a', '--per-day', '9', '--why', 'x', '--yes'], '--provider'],
  [['autonomy', 'move', 'always'], 'Allowed choices are observe, propose, veto, act'],
  [['automation', 'stop'], 'Allowed choices are on, freeze, off'],
])('%j is wrong, and the answer says what is allowed', async (args, problem) => {
  const ran = await cliOn(aws, args);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(problem);
});

test('what changes something asks first', async () => {
  const ran = await cliOn(aws, ['automation', 'off', '--why', 'x'], { answer: 'n' });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('switch it off?');
});

test('pools list shows each pool’s states and what is left of its day, within 80 columns', async () => {
  for (const [pool, kind] of [
    ['leased', 'standard'],
    ['shared', 'shared'],
  ])
    await aws.putItem(names.tables.directory, {
      ...directoryKeys.pool(pool ?? ''),
      ...{ pool, kind, state: 'active', createdAt: 1 },
    });
  await aws.putItem(names.tables.assignments, {
    ...assignmentKeys.standing('leased', 'microsoft'),
    ...{ pool: 'leased', provider: 'microsoft', state: 'quarantined', since: 1, version: 1 },
    until: Date.parse('2026-03-02T12:00:00Z'),
    why: 'decision abc',
  });
  await aws.putItem(names.tables.assignments, {
    ...assignmentKeys.standing('leased', 'gmail'),
    ...{ pool: 'leased', provider: 'gmail', state: 'active', since: 1, version: 1 },
    warmth: { step: 2.06, dayCap: 100, hourCap: 10, cleanDays: [100] },
  });
  await aws.putItem(names.tables.pacing, {
    ...pacingKeys.allowance('leased', 'gmail'),
    ...{ pool: 'leased', provider: 'gmail', cap: 10, left: 10, sent: 0, resetsAt: 1, periodMs: 1 },
    ...{ dayCap: 100, dayLeft: 60, daySent: 40, dayResetsAt: 1 },
  });
  const ran = await cliOn(aws, ['pools', 'list']);
  expect(ran.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(ran.stdout).toMatch(
    /leased +standard +microsoft +quarantined +2026-03-02 12:00 +takes none/,
  );
  expect(ran.stdout).toMatch(/leased +standard +gmail +active +60 of 100/);
  expect(ran.stdout).toMatch(/shared +shared +all others +active +no cap/);
  const explained = await cliOn(aws, ['pools', 'explain', 'leased']);
  expect(explained.stdout).toContain('decision abc');
  expect(explained.stdout).toContain('60 of 100, step 2.1');
});

test('a pool is explained with the tenants that rotation has placed on it, and the part of each', async () => {
  await aws.putItem(names.tables.assignments, {
    ...assignmentKeys.provider('transactional', 'apple'),
    pools: [
      { pool: 'leased', weight: 1, placed: { acme: 1, giant: 0.25 } },
      { pool: 'shared', weight: 1, placed: { giant: 0.75 } },
    ],
    ...{ version: 1, at: 1, by: 'rotation d4', why: 'pool shared is full' },
  });
  const explained = await cliOn(aws, ['pools', 'explain', 'leased']);
  expect(explained.stdout).toContain('placed on it by name: acme, giant (25 % of its messages)');
});

test('decisions are listed, shown and counted, what was only observed too', async () => {
  const order = {
    id: 'd7.1',
    kind: 'hold',
    region: { tenant: 'acme' },
    share: 0,
    since: epochMs(Date.now()),
    until: epochMs(Date.now() + hourMs),
    decision: 'd7',
  } as const;
  await putDecision(
    evidence(),
    aDecision({ id: 'd7', autonomy: 'observe', actions: [{ kind: 'hold-tenant', order }] }),
  );
  const listed = await cliOn(aws, ['decisions', 'list', '--since', '1h']);
  expect(listed.stdout).toMatch(/d7 .*no:\s+observe/s);
  const shown = await cliOn(aws, ['decisions', 'show', 'd7']);
  expect(shown.stdout).toContain('against   without tenant acme');
  const report = await cliOn(aws, ['decisions', 'report', '--json']);
  const counts = z.object({ kinds: z.array(z.looseObject({ kind: z.string() })) });
  expect(counts.parse(report.json()).kinds).toContainEqual({
    kind: 'hold-tenant',
    done: 0,
    not: 1,
  });
  expect((await cliOn(aws, ['decisions', 'show', 'none'])).code).toBe(1);
});

test('automation without a word shows how it stands', async () => {
  expect((await cliOn(aws, ['automation'])).stdout).toMatch(/^automation {2}on\n/);
  await aws.putItem(names.tables.assignments, {
    ...assignmentKeys.automation,
    ...{ state: 'freeze', autonomy: { move: 'act' }, at: 1, by: 'ada', why: 'ticket 12' },
  });
  const ran = await cliOn(aws, ['automation', '--json']);
  expect(ran.json()).toMatchObject({ state: 'freeze', autonomy: { move: 'act' }, by: 'ada' });
});
