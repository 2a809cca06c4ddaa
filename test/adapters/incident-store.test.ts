/** Incidents in the evidence table: one board that many may change, and records for people to look back on. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import {
  changeBoard,
  putIncident,
  readBoard,
  readIncident,
  readIncidents,
} from '../../adapters/incident-store.ts';
import { toItem } from '../../adapters/items.ts';
import { evidenceKeys } from '../../contract/table-keys.ts';
import type { Incident } from '../../domain/incidents/model.ts';
import { dayMs, epochMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { at } from '../support/incidents.ts';

const dynamo = await dynamoOfFile();
const { evidence } = await dynamo.createTables(dynamo.connectDirectly());

const incident = (id: string, openedAt = at(0)): Incident => ({
  id,
  kind: 'mail-late',
  status: 'open',
  openedAt,
  parts: [{ kind: 'mail-late', since: openedAt }],
  tellings: [],
});

test('of those who change the board at once each one’s change stands', async () => {
  const ids = Array.from({ length: 8 }, (_, index) => `2026-11-21-14200${index}-mail-late`);
  await Promise.all(
    ids.map((id) =>
      changeBoard(evidence, (board) => ({
        ...board,
        incidents: [...board.incidents, incident(id)],
      })),
    ),
  );
  const { board } = await readBoard(evidence);
  expect(board.incidents.map(({ id }) => id).sort()).toEqual(ids);
});

test('a board that cannot be read is begun anew, and alarms go on being told', async () => {
  const item = { ...evidenceKeys.incidentBoard, incidents: 'nonsense', version: 7 };
  await evidence.dynamo.send(new PutItemCommand({ TableName: evidence.name, Item: toItem(item) }));
  const one = incident('2026-11-21-142000-mail-late');
  await changeBoard(evidence, (board) => ({ ...board, incidents: [one] }));
  expect((await readBoard(evidence)).board.incidents).toEqual([one]);
});

test('an incident is found by its id, and with others by when it began, over the end of a month', async () => {
  const november = incident('2026-11-30-235900-mail-late', epochMs(Date.UTC(2026, 10, 30, 23, 59)));
  const december = incident('2026-12-01-000100-mail-late', epochMs(Date.UTC(2026, 11, 1, 0, 1)));
  for (const one of [december, november, { ...december, status: 'closed' as const }])
    await putIncident(evidence, one);
  expect(await readIncident(evidence, december.id)).toMatchObject({ status: 'closed' });
  expect(await readIncident(evidence, '2026-12-01-000100-cost-anomaly')).toBeUndefined();
  const until = epochMs(december.openedAt + dayMs);
  const found = await readIncidents(evidence, november.openedAt, until);
  expect(found.map(({ id }) => id)).toEqual([november.id, december.id]);
  expect(await readIncidents(evidence, december.openedAt, until)).toHaveLength(1);
});
