import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putCursor, putSentPeriod } from '../../adapters/evidence-store.ts';
import { putFailure } from '../../adapters/failure-store.ts';
import { putOrder } from '../../adapters/standing-store.ts';
import { namesOf } from '../../contract/names.ts';
import type { Signal } from '../../domain/classification/reasons.ts';
import { createBook } from '../../domain/evidence/book.ts';
import type { Failure, Origin } from '../../domain/evidence/model.ts';
import { epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { rankTenants } from '../../operator/actions/tenants-at-risk.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
const minute = epochMs(Math.floor(Date.now() / minuteMs) * minuteMs);
const until = epochMs(minute - 3 * minuteMs);
const sentAt = epochMs(until - 5 * minuteMs);
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());

function originOf(tenant: string): Origin {
  return {
    ...{ tenant, identity: `${tenant}.example`, stream: 'marketing' },
    ...{ pool: 'leased', provider: 'gmail', campaign: '' },
  };
}

function failureOf(tenant: string, signal: Signal, index: number): Failure {
  return {
    ...{ key: `${tenant}-${signal}-${index}`, origin: originOf(tenant), sentAt },
    ...{ heardAt: epochMs(sentAt + minuteMs), signal, weight: 1, vouched: true },
    ...{ reason: 'invalid-recipient', recipientDomain: `d${index}` },
  };
}

test('before the loop has counted anything nobody is at risk', async () => {
  const evidence = { dynamo: aws.dynamo, name: names.tables.evidence };
  await putFailure(evidence, failureOf('early', 'hard-bounce', 0));
  const ran = await cliOn(aws, ['tenants', 'risk']);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain('no tenant is known to fail more than is tolerated');
  expect(ran.stdout).toContain('the reputation loop has not counted');
});

test('the tenant with most evidence against it comes first, with its order; a clean one is not named', async () => {
  const evidence = { dynamo: aws.dynamo, name: names.tables.evidence };
  await putSentPeriod(evidence, '1m', {
    start: sentAt,
    rows: ['worst', 'bad', 'clean'].map((tenant) => ({ origin: originOf(tenant), count: 200 })),
  });
  await putCursor(evidence, 'rolled', { until, sixHoursUntil: until - 72 * hourMs });
  const failures = [
    ...Array.from({ length: 40 }, (_, index) => failureOf('worst', 'hard-bounce', index)),
    ...Array.from({ length: 20 }, (_, index) => failureOf('bad', 'hard-bounce', index)),
    failureOf('clean', 'hard-bounce', 0),
  ];
  await Promise.all(failures.map((failure) => putFailure(evidence, failure)));
  await putOrder({ dynamo: aws.dynamo, name: names.tables.assignments }, 'marketing', {
    ...{ id: '4f0c.1', kind: 'hold', region: { tenant: 'worst' }, share: 0, decision: '4f0c' },
    ...{ since: epochMs(1), until: epochMs(minute + hourMs) },
  });
  const ran = await cliOn(aws, ['tenants', 'risk', '--since', '1h']);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/^worst +hard-bounce +40 of 200 +20 % +2 % +\S+ +act +4f0c\.1$/m);
  expect(ran.stdout.indexOf('bad')).toBeGreaterThan(ran.stdout.indexOf('worst'));
  expect(ran.stdout).not.toContain('clean');
  expect(ran.stdout).toMatch(/mail sent from .* to .* UTC/);
  expect(ran.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const one = await cliOn(aws, ['tenants', 'risk', '--limit', '1', '--json']);
  expect(one.json()).toMatchObject({ tenants: [{ tenant: 'worst', level: 'act' }], isCut: false });
});

test('a longer time than the evidence keeps is wrong usage', async () => {
  const ran = await cliOn(aws, ['tenants', 'risk', '--since', '9d']);
  expect(ran).toMatchObject({ code: 2 });
  expect(ran.stderr).toMatch(/--since: got 9d; .* 4d at most/);
});

test('whatever failed, every tenant is named once, the strongest first, and none that fails less than tolerated', () => {
  const counts = fc.array(fc.tuple(fc.nat(60), fc.constantFrom<Signal>('hard-bounce', 'content')), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 5 }), (failed, limit) => {
      const book = createBook();
      const window = { failures: [], since: epochMs(until - hourMs), until };
      failed.forEach(([count, signal], tenant) => {
        const origin = originOf(`t${tenant}`);
        book.addSent({ origin, at: sentAt, count: 400 });
        for (let index = 0; index < count; index += 1)
          book.addFailure(failureOf(`t${tenant}`, signal, index));
      });
      const ranked = rankTenants({ book, ...window }, limit);
      expect(new Set(ranked.map(({ tenant }) => tenant)).size).toBe(ranked.length);
      expect(ranked.length).toBeLessThanOrEqual(limit);
      for (const { rate, tolerated } of ranked) expect(rate).toBeGreaterThan(tolerated);
      const strengths = ranked.map(({ lnEvidence, lnThreshold }) => lnEvidence / lnThreshold);
      expect(strengths).toEqual(strengths.toSorted((one, other) => other - one));
    }),
    { numRuns: 25 },
  );
});
