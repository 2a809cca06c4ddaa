import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type SwitchStateItem, switchHintItem, switchStateItem } from '../contract/items.ts';
import { pacingKeys } from '../contract/table-keys.ts';
import type { SesHoldReason } from '../domain/reasons.ts';
import { neverSwitched, type SwitchHint, type SwitchState } from '../domain/sending-switch.ts';
import { type Clock, epochMs, secondMs } from '../domain/time.ts';
import { conditionally, queryPartition, type Table, toItem } from './items.ts';

/** What the table knows of one stream's switch. */
export type KnownSwitch = {
  readonly state: SwitchState;
  /** UUIDs of the mappings that we switched off and nobody else. */
  readonly ours: readonly string[];
  /** Absent before the first write, or where what stands there cannot be read. */
  readonly version?: number;
  readonly hint?: SwitchHint;
};

/** One write for each environment of dispatch and this time. */
const hintEveryMs = 30 * secondMs;

/**
 * Returns a function that tells the switch why SES refuses a stream's mail, at most once in half a minute.
 * Idempotency key: the stream. Condition: no newer hint is there.
 */
export function createSwitchHints(
  table: Table,
  stream: string,
  clock: Clock,
): (reason: SesHoldReason) => Promise<void> {
  let toldAt: number | undefined;
  return async (reason) => {
    const seenAt = clock();
    if (toldAt !== undefined && seenAt - toldAt < hintEveryMs) return;
    const before = toldAt;
    toldAt = seenAt;
    try {
      await putHint(table, stream, { reason, seenAt });
    } catch (error) {
      toldAt = before;
      throw error;
    }
  };
}

async function putHint(table: Table, stream: string, hint: SwitchHint): Promise<void> {
  await conditionally(() =>
    table.dynamo.send(
      new UpdateItemCommand({
        TableName: table.name,
        Key: toItem(pacingKeys.switchHint(stream)),
        UpdateExpression: 'SET reason = :reason, seenAt = :seenAt',
        ConditionExpression: 'attribute_not_exists(seenAt) OR seenAt < :seenAt',
        ExpressionAttributeValues: toItem({ ':reason': hint.reason, ':seenAt': hint.seenAt }),
      }),
    ),
  );
}

/**
 * Returns what is known of these streams' switches, in one query. What cannot be read counts as never
 * switched: nothing is ours then, so nothing is switched on that somebody else switched off.
 */
export async function readSwitches(
  table: Table,
  streams: readonly string[],
): Promise<ReadonlyMap<string, KnownSwitch>> {
  const items = new Map<unknown, Record<string, unknown>>();
  for await (const item of queryPartition(table, pacingKeys.switches)) items.set(item['sk'], item);
  return new Map(
    streams.map((stream) => {
      const hint = switchHintItem.safeParse(items.get(pacingKeys.switchHint(stream).sk));
      const known = readState(items.get(pacingKeys.switchState(stream).sk));
      if (!hint.success) return [stream, known];
      const { reason, seenAt } = hint.data;
      return [stream, { ...known, hint: { reason, seenAt: epochMs(seenAt) } }];
    }),
  );
}

/**
 * Writes a stream's switch. Idempotency key: the stream and the version. Condition: nobody has written
 * since it was read. Returns the new version, undefined when somebody has.
 */
export async function writeSwitch(
  table: Table,
  stream: string,
  { state, ours, version }: Omit<KnownSwitch, 'hint'>,
): Promise<number | undefined> {
  const next = (version ?? 0) + 1;
  const item: SwitchStateItem = {
    ...pacingKeys.switchState(stream),
    ...state,
    mappings: [...ours],
    version: next,
  };
  const written = await conditionally(() =>
    table.dynamo.send(
      new PutItemCommand({
        TableName: table.name,
        Item: toItem(item),
        ExpressionAttributeNames: { '#version': 'version' },
        ...(version === undefined
          ? { ConditionExpression: 'attribute_not_exists(#version)' }
          : {
              ConditionExpression: '#version = :seen',
              ExpressionAttributeValues: toItem({ ':seen': version }),
            }),
      }),
    ),
  );
  return written ? next : undefined;
}

function readState(item: Record<string, unknown> | undefined): Omit<KnownSwitch, 'hint'> {
  const parsed = switchStateItem.safeParse(item);
  if (!parsed.success) {
    const version = item?.['version'];
    return {
      state: neverSwitched,
      ours: [],
      ...(typeof version === 'number' ? { version } : {}),
    };
  }
  const { on, since, reason, until, drainUntil, trips, mappings, version } = parsed.data;
  return {
    state: {
      on,
      since: epochMs(since),
      trips,
      ...(reason === undefined ? {} : { reason }),
      ...(until === undefined ? {} : { until: epochMs(until) }),
      ...(drainUntil === undefined ? {} : { drainUntil: epochMs(drainUntil) }),
    },
    ours: mappings,
    version,
  };
}
