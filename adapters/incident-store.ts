/** Incidents in the evidence table: the board, which is decided from, and each by itself, for people. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  type BoardItem,
  boardItem,
  type IncidentItem,
  incidentItem,
} from '../contract/incident.ts';
import { evidenceKeys } from '../contract/table-keys.ts';
import { emptyBoard } from '../domain/incidents/hear.ts';
import type { Board, Incident } from '../domain/incidents/model.ts';
import { type EpochMs, ttlEpochSeconds } from '../domain/time.ts';
import { busy } from './failure.ts';
import { conditionally, fromItem, getItems, queryPartition, type Table, toItem } from './items.ts';
import { monthsBetween } from './month-span.ts';
import { readableItem } from './readable-item.ts';

/** Days for which an incident can be read back: as long as the decisions that belong to it. */
const incidentDays = 400;

/** Returns all that is open, strongly consistent. What cannot be read counts as nothing known, and is written anew. */
export async function readBoard(evidence: Table): Promise<{ readonly board: Board }> {
  const { board } = await readVersioned(evidence);
  return { board };
}

/** The version is 0 where no board was written yet. */
async function readVersioned(
  evidence: Table,
): Promise<{ readonly board: Board; readonly version: number }> {
  const { Item } = await evidence.dynamo.send(
    new GetItemCommand({
      TableName: evidence.name,
      Key: toItem(evidenceKeys.incidentBoard),
      ConsistentRead: true,
    }),
  );
  if (!Item) return { board: emptyBoard, version: 0 };
  const raw = fromItem(Item);
  const read = readableItem(boardItem, raw);
  if (!read) return { board: emptyBoard, version: Number(raw['version'] ?? 0) };
  const { ringing, incidents, tests, version } = read;
  return { board: { ringing, incidents, tests }, version };
}

/** Those who write at once wait for each other; each wait is longer, and none as long as another's. */
const writesMax = 20;
const pauseMs = 25;

/**
 * Changes the board and returns it as it is then; what `change` leaves as it was is not written. Condition:
 * nobody wrote since it was read, else the change is made again on what stands then.
 * @throws `Busy` when others write all the time
 */
export async function changeBoard(
  evidence: Table,
  change: (board: Board) => Board | Promise<Board>,
): Promise<Board> {
  for (let write = 1; write <= writesMax; write += 1) {
    const { board, version } = await readVersioned(evidence);
    const next = await change(board);
    if (next === board || (await writeBoard(evidence, next, version))) return next;
    await sleep(randomInt(pauseMs * Math.min(write, 8)));
  }
  throw busy('the incident board is written by others all the time; it is tried again');
}

/** Writes the board. Idempotency key: its version. Condition: nobody wrote since it was read; false otherwise. */
function writeBoard(
  evidence: Table,
  { ringing, incidents, tests }: Board,
  versionBefore: number,
): Promise<boolean> {
  const item: BoardItem = {
    ...evidenceKeys.incidentBoard,
    ringing,
    incidents: [...incidents].map(plain),
    tests: [...tests],
    version: versionBefore + 1,
  };
  return conditionally(() =>
    evidence.dynamo.send(
      new PutItemCommand({
        TableName: evidence.name,
        Item: toItem(item),
        ExpressionAttributeNames: { '#version': 'version' },
        ...(versionBefore === 0
          ? { ConditionExpression: 'attribute_not_exists(#version)' }
          : {
              ConditionExpression: '#version = :seen',
              ExpressionAttributeValues: toItem({ ':seen': versionBefore }),
            }),
      }),
    ),
  );
}

/** Writes an incident as it stands. Idempotency key: its id. No condition: the board says which word is the last. */
export async function putIncident(evidence: Table, incident: Incident): Promise<void> {
  const item: IncidentItem = {
    ...evidenceKeys.incident(incident.id),
    ...plain(incident),
    ttl: ttlEpochSeconds(incident.openedAt, incidentDays),
  };
  await evidence.dynamo.send(new PutItemCommand({ TableName: evidence.name, Item: toItem(item) }));
}

/** Returns one incident, undefined where there is none of this id. */
export async function readIncident(evidence: Table, id: string): Promise<Incident | undefined> {
  const [raw] = await getItems(evidence, [evidenceKeys.incident(id)]);
  return raw && incidentOf(raw);
}

/** Returns the incidents that began since an instant, oldest first, open ones among them. */
export async function readIncidents(
  evidence: Table,
  since: EpochMs,
  now: EpochMs,
): Promise<readonly Incident[]> {
  const first = new Date(since).toISOString().slice(0, 10);
  const found: Incident[] = [];
  for (const month of monthsBetween(since, now))
    for await (const raw of queryPartition(evidence, evidenceKeys.incidentsOf(month), {
      between: { first, last: afterEveryId },
    })) {
      const incident = incidentOf(raw);
      if (incident && incident.openedAt >= since) found.push(incident);
    }
  return found;
}

/** Sorts behind every id, which begins with a date. */
const afterEveryId = ':';

function incidentOf(raw: Readonly<Record<string, unknown>>): Incident | undefined {
  const item = readableItem(incidentItem, raw);
  if (!item) return undefined;
  const { pk: _pk, sk: _sk, ttl: _ttl, ...incident } = item;
  return incident;
}

/** Copies what the domain holds as read-only into what a schema takes. */
function plain({ parts, alarms, tellings, findings, ...rest }: Incident) {
  return {
    ...rest,
    parts: [...parts],
    ...(alarms ? { alarms: [...alarms] } : {}),
    tellings: [...tellings],
    ...(findings
      ? {
          findings: {
            cause: findings.cause,
            rings: [...findings.rings],
            evidence: [...findings.evidence],
            did: [...findings.did],
            undo: [...findings.undo],
            decisions: [...findings.decisions],
          },
        }
      : {}),
  };
}
