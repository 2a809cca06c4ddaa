/** An attempt comes out of the ledger as it went in, and costs what its docstring says. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toItem } from '../../adapters/items.ts';
import { packAttempt, packResults, unpackAttempt } from '../../contract/attempt-codec.ts';
import { newAttemptId } from '../../contract/attempt-id.ts';
import type { AttemptEntry, AttemptItem, AttemptResult } from '../../contract/items.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { epochMs } from '../../domain/time.ts';
import { storedBytes } from '../support/stored-bytes.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const idOf = (text: string) => Buffer.from(digest(text), 'hex').toString('base64url').slice(0, 22);

/** An id as SES gives it: region, milliseconds, random part, number. */
function sesId(at: number, drawn: string, number = 0): string {
  const hex = digest(drawn);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  const uuid = [...parts, hex.slice(20, 32)].join('-');
  return `0100${at.toString(16).padStart(12, '0')}-${uuid}-${String(number).padStart(6, '0')}`;
}

const at = Date.parse('2026-03-01T09:00:00.123Z');
const item = (entries: readonly AttemptEntry[]): AttemptItem => ({
  ...ledgerKeys.attempt(newAttemptId(epochMs(at), Buffer.from(digest('attempt'), 'hex'))),
  stream: 'transactional',
  at,
  entries,
  ttl: 1_775_206_799,
});
/** The item after its update. */
const stored = (entries: readonly AttemptEntry[], results: readonly AttemptResult[]) => ({
  ...packAttempt(item(entries)),
  ...packResults(results),
  c: at + 317,
});

const base64url = fc.string({
  unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'),
  minLength: 22,
  maxLength: 22,
});
const anEntry = fc.record(
  {
    m: fc.oneof(fc.constantFrom(idOf('a'), idOf('b')), base64url),
    r: fc.nat(49),
    k: base64url,
    p: fc.constantFrom('shared', 'managed', 'warm-1'),
    v: fc.constantFrom('gmail', 'microsoft', 'yahoo'),
    t: fc.constantFrom('acme', 'globex'),
    d: fc.constantFrom('acme.example', 'globex.example'),
    c: fc.constantFrom('spring', 'autumn'),
    e: fc.constantFrom('canary', 'rescue', 'probe'),
  },
  { requiredKeys: ['m', 'r', 'k', 'p'] },
);
const aSesId = fc
  .tuple(fc.integer({ min: at - 100_000, max: at + 100_000 }), fc.string(), fc.nat(999_999))
  .map(([when, drawn, number]) => sesId(when, drawn, number));
const oddSesId = fc.oneof(
  fc.string(),
  aSesId.map((id) => id.toUpperCase()),
  aSesId.map((id) => `${id}0`),
  aSesId.map((id) => id.slice(1)),
  fc.constant('EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000'),
);
const aResult: fc.Arbitrary<AttemptResult> = fc.oneof(
  fc.record({ ses: aSesId }),
  fc.record({ ses: oddSesId }),
  fc.record(
    {
      outcome: fc.constantFrom('rejected', 'parked', 'retry', 'unknown'),
      reason: fc.constantFrom('throttled', 'content-rejected'),
      detail: fc.string(),
    },
    { requiredKeys: ['outcome', 'reason'] },
  ),
);

describe('what was packed', () => {
  test('comes out again, whatever the entries and answers are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anEntry, aResult), { minLength: 1, maxLength: 60 }),
        fc.option(fc.nat(), { nil: undefined }),
        (both, storedSeconds) => {
          const entries = both.map(([entry]) => entry);
          const results = both.map(([, result]) => result);
          const given = {
            ...item(entries),
            ...(storedSeconds === undefined ? {} : { storedSeconds }),
          };
          expect(unpackAttempt(packAttempt(given))).toEqual(given);
          const completed = { ...item(entries), results, completedAt: at + 317 };
          expect(packAttempt(completed)).toEqual(stored(entries, results));
          expect(unpackAttempt(stored(entries, results))).toEqual(completed);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('without ids of ours, or with more than a byte can count, is refused before it is sent', () => {
    const entry = { m: idOf('m'), r: 0, k: idOf('k'), p: 'shared' };
    expect(() => packAttempt(item([{ ...entry, k: 'ada@example.com' }]))).toThrow('base64url');
    expect(() => packAttempt(item(Array(256).fill(entry)))).toThrow('at most 255');
  });
});

const providers = ['gmail', 'microsoft', 'yahoo', 'apple', 'other'];
const one = { p: 'shared', t: 'default', d: 'mail.example.com' };
const messages = (count: number): readonly AttemptEntry[] =>
  Array.from({ length: count }, (_, index) => ({
    ...one,
    m: idOf(`message ${index}`),
    r: 0,
    k: idOf(`key ${index}`),
    v: providers[index % providers.length] ?? '',
  }));
const ofTenants = (entries: readonly AttemptEntry[]): readonly AttemptEntry[] =>
  entries.map((entry, index) => ({
    ...entry,
    t: `tenant-${index}`,
    d: `tenant-${index}.example`,
  }));
const batchTo = (several: readonly string[]): readonly AttemptEntry[] =>
  Array.from({ length: 50 }, (_, index) => ({
    ...one,
    c: 'spring-26',
    m: idOf('batch'),
    r: index,
    k: idOf(`key ${index}`),
    v: several[index % several.length] ?? '',
  }));

describe('what an attempt costs', () => {
  test.each([
    ['1 message', messages(1), 168, 205, [1, 1]],
    ['10 messages to five providers', messages(10), 519, 718, [1, 1]],
    ['10 messages of ten tenants to five providers', ofTenants(messages(10)), 776, 975, [1, 1]],
    ['50 recipients of one batch at one provider', batchTo(['gmail']), 989, 1908, [1, 2]],
    ['50 recipients of one batch at five providers', batchTo(providers), 1068, 1987, [2, 2]],
  ])('%s', (_, entries, before, after, units) => {
    const accepted = entries.map((__, index) => ({ ses: sesId(at + 20 * index, `id ${index}`) }));
    const put = storedBytes(toItem(packAttempt(item(entries))));
    const completed = storedBytes(toItem(stored(entries, accepted)));
    expect([put, completed]).toEqual([before, after]);
    expect([put, completed].map((bytes) => Math.ceil(bytes / 1024))).toEqual(units);
  });

  test('fifty equal refusals are told once, and any that differ are told in full', () => {
    const entries = batchTo(['gmail']);
    const detail = 'TooManyRequestsException: Maximum sending rate exceeded.';
    const refused = entries.map(() => ({ outcome: 'retry', reason: 'throttled', detail }) as const);
    expect(storedBytes(toItem(stored(entries, refused)))).toBeLessThan(2048);
  });
});
