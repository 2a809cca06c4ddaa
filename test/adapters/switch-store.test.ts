/** What is remembered of a stream's switch survives runs, and what cannot be read does no harm. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { type Table, toItem } from '../../adapters/items.ts';
import { createSwitchHints, readSwitches, writeSwitch } from '../../adapters/switch-store.ts';
import { pacingKeys } from '../../contract/table-keys.ts';
import { neverSwitched, type SwitchState } from '../../domain/sending-switch.ts';
import { epochMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createVirtualTime, type VirtualTime } from '../support/virtual-time.ts';

const dynamo = await dynamoOfFile();
let table: Table;
let time: VirtualTime;

beforeEach(async () => {
  table = (await dynamo.createTables(dynamo.connect())).pacing;
  time = createVirtualTime();
});

const off: SwitchState = {
  on: false,
  since: epochMs(1_000),
  reason: 'sending-paused',
  until: epochMs(61_000),
  trips: 1,
};

const known = async (stream = 'transactional') => (await readSwitches(table, [stream])).get(stream);

test('a stream of which nothing is known counts as on, with nothing of ours switched off', async () => {
  expect(await known()).toEqual({ state: neverSwitched, ours: [] });
});

test('a state comes back as it was written, by the version that was read alone', async () => {
  expect(await writeSwitch(table, 'transactional', { state: off, ours: ['u1'] })).toBe(1);
  expect(await known()).toEqual({ state: off, ours: ['u1'], version: 1 });
  const late = { state: off, ours: [] };
  expect(await writeSwitch(table, 'transactional', late)).toBeUndefined();
  expect(await writeSwitch(table, 'transactional', { ...late, version: 7 })).toBeUndefined();
  const on: SwitchState = {
    on: true,
    since: epochMs(2_000),
    reason: 'sending-paused',
    drainUntil: epochMs(62_000),
    trips: 1,
  };
  expect(await writeSwitch(table, 'transactional', { state: on, ours: [], version: 1 })).toBe(2);
  expect(await known()).toEqual({ state: on, ours: [], version: 2 });
  expect(await known('marketing')).toEqual({ state: neverSwitched, ours: [] });
});

test.each([
  ['of a shape that we do not know', { version: 3, on: 'perhaps' }, 3],
  ['without a version', { on: false, since: 1, trips: 0, mappings: ['u1'] }, undefined],
])('a state %s is as good as none and can be replaced', async (_, fields, version) => {
  const item = { ...pacingKeys.switchState('transactional'), ...fields };
  await table.dynamo.send(new PutItemCommand({ TableName: table.name, Item: toItem(item) }));
  const read = await known();
  expect(read).toMatchObject({ state: neverSwitched, ours: [] });
  expect(read?.version).toBe(version);
  expect(await writeSwitch(table, 'transactional', { ...read, state: off, ours: [] })).toBe(
    (version ?? 0) + 1,
  );
});

test('an environment tells at most once in half a minute, and the newest hint stays', async () => {
  const tell = createSwitchHints(table, 'transactional', time.clock);
  const first = time.clock();
  await tell('sending-paused');
  time.advance(29_000);
  await tell('account-suspended');
  expect((await known())?.hint).toEqual({ reason: 'sending-paused', seenAt: first });
  time.advance(1_000);
  await tell('account-suspended');
  const newest = { reason: 'account-suspended', seenAt: time.clock() };
  expect((await known())?.hint).toEqual(newest);
  const slow = createSwitchHints(table, 'transactional', () => first);
  await slow('quota-spent');
  expect((await known())?.hint).toEqual(newest);
});

test('a hint that could not be written is told again by the next refusal', async () => {
  let fails = true;
  const { send } = table.dynamo;
  const flaky: Table = {
    ...table,
    dynamo: Object.assign(dynamo.connect(), {
      send: (...given: Parameters<typeof send>) => {
        if (!fails) return send.apply(table.dynamo, given);
        fails = false;
        return Promise.reject(new Error('away'));
      },
    }),
  };
  const tell = createSwitchHints(flaky, 'transactional', time.clock);
  await expect(tell('sending-paused')).rejects.toThrow('away');
  await tell('sending-paused');
  expect((await known())?.hint?.reason).toBe('sending-paused');
});

test('a hint that cannot be read is none', async () => {
  const item = { ...pacingKeys.switchHint('transactional'), reason: 'the moon', seenAt: 1 };
  await table.dynamo.send(new PutItemCommand({ TableName: table.name, Item: toItem(item) }));
  expect((await known())?.hint).toBeUndefined();
});
