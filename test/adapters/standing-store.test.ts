/** What the reputation loop writes stands as it was meant, once, and is read back whole. */
import { beforeEach, expect, test } from 'vitest';
import { putDecision, readDecisions } from '../../adapters/decision-log.ts';
import type { Table } from '../../adapters/items.ts';
import {
  deleteOrder,
  putAutomation,
  putOrder,
  putStanding,
  readAutomation,
  readPoolStandings,
  readStreamStanding,
} from '../../adapters/standing-store.ts';
import type { Decision, Order } from '../../domain/rotation/model.ts';
import { dayMs, epochMs, hourMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';

const dynamo = await dynamoOfFile();
let assignments: Table;
let evidence: Table;

beforeEach(async () => {
  const tables = await dynamo.createTables(dynamo.connect());
  assignments = tables.assignments;
  evidence = tables.evidence;
});

const now = epochMs(Date.parse('2026-03-01T00:30:00Z'));

const order: Order = {
  id: 'd1.1',
  kind: 'slow',
  region: { provider: 'gmail' },
  share: 0.5,
  probes: { tenants: ['acme'], mails: 1 },
  since: now,
  until: epochMs(now + hourMs),
  decision: 'd1',
};

test('an order stands in the partitions it was written to until it is taken away', async () => {
  await putOrder(assignments, 'marketing', order);
  await putOrder(assignments, 'marketing', order);
  const { orders } = await readStreamStanding(assignments, 'marketing');
  expect(orders).toEqual([{ ...order, pk: 'stream#marketing', sk: 'order#d1.1' }]);
  expect((await readStreamStanding(assignments, 'transactional')).orders).toEqual([]);
  await deleteOrder(assignments, 'marketing', 'd1.1');
  await deleteOrder(assignments, 'marketing', 'd1.1');
  expect((await readStreamStanding(assignments, 'marketing')).orders).toEqual([]);
});

test('a standing is written only on top of the version that was read', async () => {
  const quarantined = { pool: 'a', provider: '*', state: 'quarantined', since: now } as const;
  expect(await putStanding(assignments, quarantined, 0)).toBe(true);
  expect(await putStanding(assignments, { ...quarantined, state: 'active' }, 0)).toBe(false);
  expect(await putStanding(assignments, { ...quarantined, state: 'cold' }, 1)).toBe(true);
  expect(await readPoolStandings(assignments)).toMatchObject([{ state: 'cold', version: 2 }]);
});

test('a switch that nobody has touched is not there', async () => {
  expect(await readAutomation(assignments)).toBeUndefined();
  const words = { state: 'off', autonomy: { move: 'act' }, at: now, by: 'ada', why: 'x' } as const;
  await putAutomation(assignments, words);
  expect(await readAutomation(assignments)).toMatchObject(words);
});

const decision = (id: string, at: number, over: Partial<Decision> = {}): Decision => ({
  id,
  at: epochMs(at),
  autonomy: 'observe',
  done: false,
  actions: [{ kind: 'slow', order }],
  evidence: ['why'],
  counterEvidence: [],
  ...over,
});

test('decisions come back in their order, across the end of a month, and no older than asked for', async () => {
  const times = [now - 9 * dayMs, now - hourMs, now - 1];
  for (const [index, at] of times.entries()) await putDecision(evidence, decision(`d${index}`, at));
  const found = await readDecisions(evidence, epochMs(now - 7 * dayMs), now);
  expect(found).toEqual([decision('d1', now - hourMs), decision('d2', now - 1)]);
});

test('what became of a decision replaces it', async () => {
  await putDecision(evidence, decision('d1', now));
  await putDecision(evidence, decision('d1', now, { settled: 'vetoed', by: 'ada' }));
  const found = await readDecisions(evidence, epochMs(now - 1), now);
  expect(found).toEqual([decision('d1', now, { settled: 'vetoed', by: 'ada' })]);
});
