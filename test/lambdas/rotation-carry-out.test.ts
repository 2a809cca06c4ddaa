/** A decision is carried out in an order in which a crash does least harm, and told to whom it concerns. */
import { expect, test } from 'vitest';
import { listAllowances } from '../../adapters/allowance-store.ts';
import type { Cause } from '../../domain/blame/model.ts';
import { createBook } from '../../domain/evidence/book.ts';
import type { Action, Decision } from '../../domain/rotation/model.ts';
import { epochMs, hourMs } from '../../domain/time.ts';
import { carryOut } from '../../lambdas/rotation/carry-out.ts';
import { isOpen } from '../../lambdas/rotation/change-window.ts';
import { closeYesterday } from '../../lambdas/rotation/daily-work.ts';
import { rowsOfJournal } from '../../lambdas/rotation/journal-rows.ts';
import { noticeOf } from '../../lambdas/rotation/notice.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createRotationWorld } from '../support/rotation-world.ts';

const dynamo = await dynamoOfFile();

const at = epochMs(Date.parse('2026-03-02T12:00:00Z'));

function aDecision(actions: readonly Action[], over: Partial<Decision> = {}): Decision {
  return {
    id: 'd1',
    at,
    autonomy: 'act',
    done: true,
    actions,
    evidence: ['since 11:58: 9 of 31 mails blocked'],
    counterEvidence: ['without tenant acme, pool a is at 0.2 %'],
    undo: 'goodstanding decisions undo d1',
    ...over,
  };
}

const pools = (...names: readonly string[]) => names.map((pool) => ({ pool, weight: 1 }));
const move: Action = {
  kind: 'move',
  stream: 'marketing',
  provider: '*',
  before: pools('a', 'b'),
  pools: pools('b'),
};
const leave: Action = { kind: 'quarantine-ip', ip: '192.0.2.1', from: 'a' };

test('mail leaves a listed address before the address leaves its pool, and SES confirms the move', async () => {
  const world = await createRotationWorld(dynamo);
  const steps: string[] = [];
  const ports = {
    ...world.ports,
    putAssignment: async (...args: Parameters<typeof world.ports.putAssignment>) => {
      steps.push('assignment');
      return world.ports.putAssignment(...args);
    },
    putDecision: async (decision: Decision) => {
      steps.push('record');
      await world.ports.putDecision(decision);
    },
    moveAddress: async (ip: string, pool: string) => {
      steps.push(`${ip} to ${pool}`);
      await world.ports.moveAddress(ip, pool);
    },
  };
  await carryOut([aDecision([move, leave])], ports, at);
  expect(steps).toEqual(['assignment', 'record', '192.0.2.1 to quarantine']);
  expect(world.addresses.get('a')).toEqual(['192.0.2.2']);
  const ignored = { ...world.ports, moveAddress: async () => {} };
  const other = aDecision([{ ...leave, ip: '192.0.2.2' }]);
  await expect(carryOut([other], ignored, at)).rejects.toThrow('does not list 192.0.2.2');
});

test('what is only proposed changes nothing but the log', async () => {
  const world = await createRotationWorld(dynamo);
  await carryOut([aDecision([move, leave], { done: false, autonomy: 'propose' })], world.ports, at);
  expect(await world.pools('marketing', 'gmail')).toEqual(['a', 'b']);
  expect(world.addresses.get('quarantine')).toEqual([]);
  expect(await world.decisions()).toHaveLength(1);
});

test('a step of the ladder becomes the cap that dispatch leases from, and is remembered', async () => {
  const world = await createRotationWorld(dynamo);
  const warmth = { step: 3, dayCap: 1000, hourCap: 100 };
  const grow: Action = { kind: 'grow', pool: 'a', provider: 'gmail', warmth };
  await carryOut([aDecision([grow])], world.ports, at);
  await carryOut([aDecision([grow])], world.ports, at);
  expect(await listAllowances(world.tables.pacing)).toMatchObject([
    { pool: 'a', provider: 'gmail', cap: 100, periodMs: hourMs, dayCap: 1000, dayLeft: 1000 },
  ]);
  expect(await world.standings()).toMatchObject([
    { pool: 'a', provider: 'gmail', state: 'active', warmth: { ...warmth, cleanDays: [] } },
  ]);
});

test('yesterday’s mail counts for the ladder, and a day of trouble counts as none', async () => {
  const world = await createRotationWorld(dynamo);
  const warmth = { step: 3, dayCap: 1000, hourCap: 100 };
  const grow: Action = { kind: 'grow', pool: 'a', provider: 'gmail', warmth };
  await carryOut([aDecision([grow])], world.ports, at);
  const book = createBook();
  const origin = {
    tenant: 't',
    identity: 'i',
    stream: 's',
    pool: 'a',
    provider: 'gmail',
    campaign: '',
  };
  const now = epochMs(Date.parse('2026-03-03T00:01:00Z'));
  book.addSent({ origin, at, count: 700 });
  const pool = {
    pool: 'a',
    kind: 'standard' as const,
    ips: [],
    standings: new Map(),
    warmth: new Map([['gmail', { ...warmth, sentToday: 0, cleanDays: [] }]]),
  };
  const situation = { now, book, pools: [pool], history: [] };
  await closeYesterday(situation, world.ports);
  const days = async () => (await world.standings())[0]?.warmth?.cleanDays;
  expect(await days()).toEqual([700]);
  const cause: Cause = {
    kind: 'pool×provider',
    region: { pool: 'a', provider: 'gmail' },
    signal: 'block',
    ...{ onset: at, sent: 31, failed: 9, expected: 1, score: 9, lnOdds: 9, counterEvidence: [] },
    vouchedBy: { providers: 1, tenants: 1, recipientDomains: 1 },
  };
  const history = [aDecision([], { cause, at: epochMs(now - hourMs) })];
  await closeYesterday({ ...situation, history }, world.ports);
  expect(await days()).toEqual([0]);
});

test('what SES refused was sent to nobody, and what nobody knows may have been', () => {
  const entry = {
    m: 'm',
    r: 0,
    k: 'k',
    p: 'a',
    v: 'gmail',
    t: 'acme',
    d: 'acme.example',
    c: 'may',
  };
  const attempt = { pk: '', sk: '', stream: 's', at, ttl: 0 };
  const results = [
    { ses: 'id' },
    { outcome: 'rejected', reason: 'x' },
    { outcome: 'retry', reason: 'x' },
    { outcome: 'unknown', reason: 'x' },
  ] as const;
  const entries = results.map(() => entry);
  expect(rowsOfJournal([{ ...attempt, entries, results }])).toHaveLength(2);
  expect(rowsOfJournal([{ ...attempt, entries }])).toHaveLength(4);
  // SES says of its own failures that it may have sent the mail.
  const failed = [{ outcome: 'retry', reason: 'ses-error' }] as const;
  expect(
    rowsOfJournal([{ ...attempt, entries: entries.slice(0, 1), results: failed }]),
  ).toHaveLength(1);
  expect(rowsOfJournal([{ ...attempt, entries: [{ m: 'm', r: 0, k: 'k', p: 'a' }] }])).toEqual([
    {
      origin: {
        ...{ tenant: 'default', identity: '', stream: 's', pool: 'a' },
        ...{ provider: 'other', campaign: '' },
      },
      count: 1,
    },
  ]);
});

test.each<[string, Partial<Decision>, RegExp | undefined]>([
  ['what was done, with the way back', {}, /Done:.*Undo it: npx goodstanding decisions undo d1/s],
  [
    'a proposal, with the way to do it',
    { done: false, autonomy: 'propose' },
    /decisions approve d1/,
  ],
  [
    'what will be done, with the way to object',
    { done: false, autonomy: 'veto', actsAt: epochMs(at + hourMs) },
    /Will be done at 13:00.*decisions veto d1/s,
  ],
  ['a page, whatever the autonomy', { autonomy: 'observe', done: false, page: 'Look.' }, /^Look\./],
  ['nothing of what was only observed', { autonomy: 'observe', done: false }, undefined],
  ['nothing of what somebody asked for', { by: 'ada' }, undefined],
])('people hear of %s', (_, over, words) => {
  const notice = noticeOf(aDecision([move], over), at);
  if (words) expect(notice?.text).toMatch(words);
  else expect(notice).toBeUndefined();
});

test.each([
  ['2026-03-02T09:00:00Z', true],
  ['2026-03-02T08:59:59Z', false],
  ['2026-03-02T17:00:00Z', false],
  ['2026-03-07T10:00:00Z', false],
])('the change window is open at %s: %s', (time, open) => {
  const windows = [{ days: ['mon', 'tue'], from: '09:00', to: '17:00' }];
  expect(isOpen(windows, epochMs(Date.parse(time)))).toBe(open);
  expect(isOpen(undefined, epochMs(Date.parse(time)))).toBe(true);
});
