import { describe, expect, test } from 'vitest';
import {
  counterEvidenceOf,
  deedOf,
  evidenceOf,
  expiryOf,
  pageOf,
  stillInside,
} from '../../../domain/rotation/explain.ts';
import { listingCauses, listingEvidenceOf } from '../../../domain/rotation/listings.ts';
import { sceneOf } from '../../../domain/rotation/plan.ts';
import { clockOf, lengthOf, mailsOf, odds, percent } from '../../../domain/rotation/words.ts';
import { dayMs, epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import {
  addFailures,
  ago,
  causeOf,
  now,
  originsOf,
  poolOf,
  situationOf,
  streamOf,
} from '../../support/rotation.ts';

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
    const ip = '192.0.2.1';
    const listings = new Map([[ip, ['spamhaus-css', 'barracuda']]]);
    const situation = situationOf({ pools: [poolOf('a', { ips: [ip] })], listings });
    const [cause] = listingCauses(situation);
    if (!cause) throw new Error('no cause');
    expect(evidenceOf(cause, undefined, now)).toEqual([]);
    expect(listingEvidenceOf(sceneOf(cause, situation, undefined))).toEqual([
      'our own query finds address 192.0.2.1 of pool a on spamhaus-css, barracuda',
    ]);
  });

  test('names the blocklist that known providers quote, and none that a stranger does', () => {
    const situation = situationOf();
    const cause = causeOf({ kind: 'pool', region: { pool: 'a' }, onset: ago(hourMs) });
    const origins = originsOf(situation.streams).filter(({ pool }) => pool === 'a');
    addFailures(situation.book, origins, { count: 2, blocklist: 'spamhaus-sbl' });
    addFailures(situation.book, origins, { count: 2, blocklist: 'forged', vouched: false });
    expect(listingEvidenceOf(sceneOf(cause, situation, undefined))).toEqual([
      'replies of known providers name the blocklist spamhaus-sbl',
    ]);
  });

  test('says what will expire only where something waits', () => {
    const ends = { now, until: epochMs(now + 2 * hourMs) };
    expect(expiryOf(0, [streamOf('one')], ends)).toEqual([]);
    expect(expiryOf(1200, [streamOf('one')], ends)[0]).toContain(
      'about 1,200 mails an hour wait (one), 2,400 by 16:20 UTC',
    );
  });

  test('says how many mails SES may still have inside, at most, and nothing where there are none', () => {
    const situation = situationOf();
    const [origin] = originsOf(situation.streams).filter(({ pool }) => pool === 'a');
    if (!origin) throw new Error('no origin');
    situation.book.addSent({ origin, at: ago(50 * minuteMs), count: 41 });
    situation.book.addSent({ origin, at: ago(3 * hourMs), count: 1000 });
    const region = { pool: 'a', provider: origin.provider };
    expect(stillInside(situation.streams, region, situation)).toEqual([
      `transactional: up to 41 mails to ${origin.provider} through pool a that SES has already taken are tried for up to 1 h more and cannot be recalled`,
    ]);
    expect(stillInside(situation.streams, { pool: 'b' }, situation)).toEqual([]);
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

  test('names that of slowed mail the oldest goes first', () => {
    const order = {
      id: 'd1.1',
      kind: 'slow',
      region: { provider: 'gmx' },
      share: 0.1,
      oldestFirstSince: now,
      since: now,
      until: epochMs(now + hourMs),
      decision: 'd1',
    } as const;
    expect(deedOf({ kind: 'slow', order }, now)).toBe(
      'mails to gmx leave at 10 %, what waits longest first, until 15:20 UTC',
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

test('a move that changes no weight says whose mail goes elsewhere', () => {
  const pools = (placed: Readonly<Record<string, Readonly<Record<string, number>>>>) =>
    ['a', 'b'].map((pool) => ({ pool, weight: 1, placed: placed[pool] ?? {} }));
  const move = {
    kind: 'move',
    ...{ stream: 'transactional', provider: 'gmail' },
    ...{
      before: pools({ a: { acme: 1, big: 1 } }),
      pools: pools({ a: { big: 3 }, b: { acme: 1, big: 1 } }),
    },
  } as const;
  expect(deedOf(move, epochMs(0))).toBe(
    'transactional: mail to gmail of tenant acme goes through b instead of a, of tenant big goes through a (75 %) and b (25 %) instead of a',
  );
});
