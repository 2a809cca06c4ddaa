import { describe, expect, test } from 'vitest';
import {
  counterEvidenceOf,
  deedOf,
  evidenceOf,
  expiryOf,
  pageOf,
} from '../../../domain/rotation/explain.ts';
import { clockOf, lengthOf, mailsOf, odds, percent } from '../../../domain/rotation/words.ts';
import { dayMs, epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import { ago, causeOf, now, streamOf } from '../../support/rotation.ts';

describe('a decision in plain words', () => {
  test('says since when, how many of how many, what is tolerated and how strong it is', () => {
    const region = { pool: 'a', provider: 'microsoft' };
    const cause = causeOf({ kind: 'pool×provider', region, onset: ago(20 * minuteMs) });
    const verdict = {
      region,
      signal: 'block',
      level: 'act',
      lnEvidence: Math.log(41_234),
      lnThreshold: 10,
      onset: cause.onset,
      sent: 31,
      failed: 9,
      tolerated: 0.002,
    } as const;
    expect(evidenceOf(cause, verdict, now)[0]).toBe(
      'since 14:00 UTC: 9 of 31 mails to microsoft through pool a blocked, tolerated 0.2 %; evidence 1 : 41,000',
    );
  });

  test('says what speaks against other explanations', () => {
    const region = { pool: 'a' };
    const counterEvidence = [{ region, without: { tenant: 'acme' }, sent: 1000, failed: 2 }];
    expect(
      counterEvidenceOf(causeOf({ kind: 'tenant', region: { tenant: 'acme' }, counterEvidence })),
    ).toEqual(['without mails of tenant acme, mails through pool a are at 0.2 % (2 of 1,000)']);
  });

  test('says what our own query found where no provider has spoken', () => {
    const cause = causeOf({ kind: 'ip', region: { pool: 'a', ip: '192.0.2.1' }, sent: 0 });
    expect(evidenceOf(cause, undefined, now)).toEqual([
      'our own query finds address 192.0.2.1 of pool a on a blocklist',
    ]);
  });

  test('says what will expire only where something waits', () => {
    expect(expiryOf(0, [streamOf('one')])).toEqual([]);
    expect(expiryOf(1200, [streamOf('one')])[0]).toContain('about 1,200 mails an hour wait (one)');
  });

  test('names the order, its share and its probes', () => {
    const order = {
      id: 'd1.1',
      kind: 'hold',
      region: { tenant: 'acme' },
      share: 0,
      probes: { tenants: ['t1'], mails: 3 },
      since: now,
      until: epochMs(now + hourMs),
      decision: 'd1',
    } as const;
    expect(deedOf({ kind: 'hold-tenant', order }, now)).toBe(
      'mails of tenant acme wait until 15:20 UTC, but for 3 probes of t1',
    );
    expect(deedOf({ kind: 'slow', order: { ...order, kind: 'slow', share: 0.25 } }, now)).toContain(
      'leave at 25 %',
    );
  });

  test('calls a person with what happened, what was done and what to do', () => {
    expect(pageOf({ happened: ['a', 'b'], did: [], advice: 'look' })).toBe(
      'What happened: a; b.\nWhat was done: nothing.\nWhat to do: look.',
    );
  });
});

test.each([
  [mailsOf({}), 'mails'],
  [mailsOf({ identity: 'acme.example', provider: 'gmail' }), 'mails from acme.example to gmail'],
  [percent(0.002), '0.2 %'],
  [percent(1), '100 %'],
  [odds(0), '1'],
  [clockOf(now, epochMs(now + dayMs)), '2026-11-21 14:20 UTC'],
  [lengthOf(90 * minuteMs), '90 min'],
  [lengthOf(hourMs), '1 h'],
  [lengthOf(3 * dayMs), '3 days'],
])('%s', (got, wanted) => expect(got).toBe(wanted));
