/** A decision survives its way through the table whole, and what the bus tells of it names no person's address. */
import { expect, test } from 'vitest';
import { decisionEvent, readDecision, writeDecision } from '../../contract/decision-record.ts';
import type { Cause } from '../../domain/blame/model.ts';
import type { Action, Decision, Order, Standing } from '../../domain/rotation/model.ts';
import { epochMs } from '../../domain/time.ts';

const at = epochMs(1_800_000_000_000);

const cause: Cause = {
  kind: 'pool×provider',
  region: { pool: 'a', provider: 'microsoft' },
  signal: 'block',
  onset: at,
  sent: 31,
  failed: 9,
  expected: 0.06,
  score: 30,
  lnOdds: 12,
  counterEvidence: [{ region: { pool: 'a' }, without: { tenant: 't' }, sent: 400, failed: 1 }],
  vouchedBy: { providers: 1, tenants: 3, recipientDomains: 4 },
  earnedBy: { tenant: 't' },
};
const order: Order = {
  id: 'd1.1',
  kind: 'hold',
  region: { tenant: 't' },
  share: 0,
  probes: { tenants: ['u'], mails: 3 },
  streams: ['marketing'],
  since: at,
  until: epochMs(at + 1),
  decision: 'd1',
};
const standing: Standing = { state: 'quarantined', since: at, until: at, why: 'x' };
const pools = [{ pool: 'b', weight: 0.5 }];
const warmth = { step: 1, dayCap: 10, hourCap: 1 };

const actions: readonly Action[] = [
  { kind: 'hold-tenant', order },
  { kind: 'move', stream: 's', provider: 'gmail', before: pools, pools },
  { kind: 'quarantine', pool: 'a', provider: '*', standing, before: standing },
  { kind: 'release', pool: 'a', provider: '*', standing, before: standing },
  { kind: 'release', orderId: 'd1.1', order },
  { kind: 'quarantine-ip', ip: '192.0.2.1', from: 'a', to: 'b' },
  { kind: 'grow', pool: 'a', provider: 'gmail', warmth, before: warmth },
  { kind: 'rescue', stream: 's', from: 'a', to: 'b' },
];

const whole: Decision = {
  id: 'd1',
  at,
  autonomy: 'veto',
  done: true,
  actsAt: at,
  actions,
  cause,
  undecided: { candidates: [cause], intersection: { tenant: 't', provider: 'gmail' } },
  verdict: {
    ...{ region: {}, signal: 'block', level: 'act', lnEvidence: 10, lnThreshold: 9 },
    ...{ onset: at, sent: 31, failed: 9, tolerated: 0.002 },
  },
  brake: 'moved-too-much',
  page: 'What happened: …',
  evidence: ['e'],
  counterEvidence: ['c'],
  until: at,
  undo: 'goodstanding decisions undo d1',
  moved: [{ stream: 's', share: 0.2 }],
  by: 'ada',
  why: 'ticket 12',
  settled: 'acted',
};

test('a decision with everything comes back as it was', () => {
  expect(readDecision(writeDecision(whole))).toEqual(whole);
});

test('odds without end stay a number', () => {
  const endless = { ...whole, cause: { ...cause, lnOdds: Number.POSITIVE_INFINITY } };
  expect(readDecision(writeDecision(endless)).cause?.lnOdds).toBe(Number.MAX_VALUE);
});

test('the event says what, about which mail, why and how to undo it', () => {
  expect(decisionEvent(whole)).toMatchObject({
    version: 1,
    decisionId: 'd1',
    done: true,
    cause: { kind: 'pool×provider', region: cause.region, signal: 'block' },
    evidence: ['e'],
    counterEvidence: ['c'],
    undo: 'goodstanding decisions undo d1',
  });
});
