import { beforeAll, expect, test } from 'vitest';
import type { Table } from '../../adapters/items.ts';
import {
  putSuppression,
  putSuppressionIfAbsent,
  readSuppressions,
  removeSuppression,
  type Suppression,
} from '../../adapters/suppression-store.ts';
import { epochMs, hourMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';

const now = epochMs(Date.parse('2026-03-01T09:00:00Z'));
const dynamo = await dynamoOfFile();
let table: Table;
let counter = 0;

beforeAll(async () => {
  table = (await dynamo.createTables(dynamo.connect())).suppression;
});

function entry(over: Partial<Suppression> = {}): Suppression {
  counter += 1;
  return {
    recipientKey: `key-${counter}`,
    scope: 'global',
    reason: 'manual',
    source: 'operator',
    at: now,
    ...over,
  };
}

/** Why a recipient may not be sent to for a tenant. */
async function ask(recipientKey: string, tenant = 'acme'): Promise<string | undefined> {
  const answers = await readSuppressions(table, [{ recipientKey, tenant }], now);
  return answers.get(`${recipientKey}|${tenant}`)?.reason;
}

test('a global entry holds for every tenant, a tenant entry for its own alone', async () => {
  const [everybody, one] = [entry(), entry({ scope: 'tenant#acme', reason: 'complaint' })];
  for (const each of [everybody, one]) await putSuppression(table, each);
  expect(await ask(everybody.recipientKey, 'other')).toBe('manual');
  expect(await ask(one.recipientKey)).toBe('complaint');
  expect(await ask(one.recipientKey, 'other')).toBeUndefined();
});

test('the entry of the tenant is named before the global one', async () => {
  const global = entry();
  await putSuppression(table, global);
  await putSuppression(table, { ...global, scope: 'tenant#acme', reason: 'complaint' });
  expect(await ask(global.recipientKey)).toBe('complaint');
});

test('an entry that has ended holds no more, one that ends later does', async () => {
  const [ended, open] = [entry({ expiresAt: now }), entry({ expiresAt: now + 1 })];
  for (const each of [ended, open]) await putSuppression(table, each);
  expect(await ask(ended.recipientKey)).toBeUndefined();
  expect(await ask(open.recipientKey)).toBe('manual');
});

test('an older fact never replaces a newer one, in whatever order they come', async () => {
  const [older, newer] = [entry({ at: now - 1 }), entry({ reason: 'hard-bounce' })];
  const same = { ...newer, recipientKey: older.recipientKey };
  expect(await putSuppression(table, same)).toBe(true);
  expect(await putSuppression(table, older)).toBe(false);
  expect(await ask(older.recipientKey)).toBe('hard-bounce');
});

const [soon, later] = [{ expiresAt: now + 1000 }, { expiresAt: now + 2000 }];
test.each<[string, Partial<Suppression>, Partial<Suppression>, 'stands' | 'gives way']>([
  ['without an end', {}, { at: now + 1, ...later }, 'stands'],
  ['with an end', { at: now + 1, ...later }, { at: now - 1 }, 'gives way'],
  ['that ends later', { at: now - 1, ...later }, { at: now, ...soon }, 'stands'],
  ['that ends sooner', { at: now, ...soon }, { at: now - 1, ...later }, 'gives way'],
  ['that ends at the same time', soon, { at: now + 1, ...soon }, 'stands'],
  ['without an end that is older', { at: now - 1 }, {}, 'gives way'],
  ['without an end that is newer', {}, { at: now - 1 }, 'stands'],
  ['that is the same', {}, {}, 'stands'],
])('an entry %s meets %j with %j and %s', async (_, first, second, expected) => {
  const { recipientKey } = entry();
  const replaced = expected === 'gives way';
  await putSuppression(table, entry({ recipientKey, reason: 'first', ...first }));
  expect(await putSuppression(table, entry({ recipientKey, reason: 'second', ...second }))).toBe(
    replaced,
  );
  expect(await ask(recipientKey)).toBe(replaced ? 'second' : 'first');
});

test('an entry without an end leaves nothing of the one that would have ended', async () => {
  const { recipientKey } = entry();
  await putSuppression(table, entry({ recipientKey, ...soon }));
  await putSuppression(table, entry({ recipientKey }));
  const answers = await readSuppressions(
    table,
    [{ recipientKey, tenant: 'acme' }],
    epochMs(now + hourMs),
  );
  expect([...answers.values()]).toEqual([expect.not.objectContaining({ expiresAt: now + 1000 })]);
});

test('an imported fact outlives an entry that ends', async () => {
  const { recipientKey } = entry();
  await putSuppression(table, entry({ recipientKey, ...soon }));
  const imported = entry({ recipientKey, reason: 'ses-bounce', source: 'ses-account' });
  expect(await putSuppressionIfAbsent(table, imported)).toBe(true);
});

test('an imported fact never replaces a lasting one', async () => {
  const own = entry({ at: 1 });
  await putSuppression(table, own);
  const imported = { ...own, reason: 'ses-bounce', source: 'ses-account', at: now };
  expect(await putSuppressionIfAbsent(table, imported)).toBe(false);
  expect(await ask(own.recipientKey)).toBe('manual');
});

test('a removal of one origin leaves the entries of another', async () => {
  const { recipientKey, scope } = entry();
  await putSuppression(table, entry({ recipientKey }));
  for (const only of [
    { source: 'ses-account', reason: 'manual' },
    { source: 'operator', reason: 'ses-bounce' },
  ])
    expect(await removeSuppression(table, { recipientKey, scope, only })).toBe(false);
  expect(await ask(recipientKey)).toBe('manual');
  expect(await removeSuppression(table, { recipientKey, scope })).toBe(true);
  expect(await removeSuppression(table, { recipientKey, scope })).toBe(false);
  expect(await ask(recipientKey)).toBeUndefined();
});

test('five hundred questions are answered in one go, repeated ones included', async () => {
  const entries = Array.from({ length: 120 }, () => entry());
  for (const each of entries.slice(0, 30)) await putSuppression(table, each);
  const questions = [...entries, ...entries].flatMap(({ recipientKey }) =>
    ['acme', 'other'].map((tenant) => ({ recipientKey, tenant })),
  );
  const answers = await readSuppressions(table, questions, now);
  expect(answers.size).toBe(60);
});
