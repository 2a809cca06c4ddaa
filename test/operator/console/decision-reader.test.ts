import { expect, test } from 'vitest';
import { putDecision } from '../../../adapters/decision-log.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import { createDecisionReader } from '../../../operator/console/decision-reader.ts';
import { dynamoOfFile } from '../../support/dynamo.ts';
import { decisionOf } from '../../support/rotation.ts';

const dynamo = await dynamoOfFile();
const now = epochMs(Date.UTC(2026, 10, 2, 12));
const before = (ms: number): EpochMs => epochMs(now - ms);

async function newReader() {
  const { evidence } = await dynamo.createTables(dynamo.connectDirectly());
  let at = now;
  const reader = createDecisionReader(evidence, { clock: () => at, everyMs: 1_000 });
  return {
    reader,
    write: (over: Parameters<typeof decisionOf>[0]) => putDecision(evidence, decisionOf(over)),
    pass: (ms: number) => {
      at = epochMs(at + ms);
    },
  };
}

test('pages tell every decision once, the latest first, over the ends of months', async () => {
  const { reader, write } = await newReader();
  const ids = Array.from({ length: 25 }, (_, index) => `d${String(index).padStart(2, '0')}`);
  for (const [index, id] of ids.entries()) await write({ id, at: before(index * 5 * dayMs) });
  const told: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await reader.page({ limit: 7, ...(cursor ? { before: cursor } : {}) });
    expect(page.rows.length).toBeLessThanOrEqual(7);
    told.push(...page.rows.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  expect(told).toEqual(ids);
});

test('a decision is found whether it was listed before or somebody kept its id', async () => {
  const { reader, write } = await newReader();
  await write({ id: 'old', at: before(200 * dayMs), evidence: ['9 of 31 mails blocked'] });
  await write({ id: 'same-instant', at: before(200 * dayMs) });
  expect(await reader.find('old')).toMatchObject({
    id: 'old',
    evidence: ['9 of 31 mails blocked'],
  });
  await reader.page({ limit: 10 });
  expect(await reader.find('same-instant')).toMatchObject({ id: 'same-instant' });
  expect(await reader.find('never')).toBeUndefined();
});

test('news are told once, and again when somebody undid what was decided', async () => {
  const { reader, write, pass } = await newReader();
  await write({ id: 'fresh', at: before(minuteMs) });
  await write({ id: 'earlier', at: before(3 * hourMs) });
  expect((await reader.news()).map(({ id }) => id).sort()).toEqual(['earlier', 'fresh']);
  expect(await reader.news()).toEqual([]);
  await write({ id: 'earlier', at: before(3 * hourMs), settled: 'undone' });
  pass(2 * minuteMs);
  expect(await reader.news()).toMatchObject([{ id: 'earlier', state: 'undone' }]);
});

test('the line of a decision says what became of it, and offers an undo only where there is one', async () => {
  const { reader, write } = await newReader();
  const undo = 'goodstanding decisions undo x';
  const release = { kind: 'release', orderId: 'o' } as const;
  await write({ id: 'done', at: before(1), actions: [release], undo });
  await write({
    id: 'waits',
    at: before(2),
    done: false,
    autonomy: 'propose',
    actions: [release],
    undo,
  });
  await write({
    id: 'stopped',
    at: before(3),
    done: false,
    brake: 'frozen',
    autonomy: 'act',
    actions: [release],
    undo,
  });
  await write({
    id: 'vetoed',
    at: before(4),
    done: false,
    settled: 'vetoed',
    actions: [release],
    undo,
  });
  const states = new Map(
    (await reader.page({ limit: 9 })).rows.map(({ id, state }) => [id, state]),
  );
  expect(Object.fromEntries(states)).toEqual({
    done: 'done',
    waits: 'waits',
    stopped: 'not-done',
    vetoed: 'vetoed',
  });
  const undos = await Promise.all(
    [...states.keys()].map(async (id) => (await reader.find(id))?.undo),
  );
  expect(undos).toEqual([undo, undefined, undefined, undefined]);
});
