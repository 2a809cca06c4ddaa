/** What rotation says reaches an environment within two seconds, for one query and one look at the switch. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test, vi } from 'vitest';
import { createAssignmentReader } from '../../adapters/assignment-store.ts';
import { toItem } from '../../adapters/items.ts';
import { putRescue } from '../../adapters/rescue-store.ts';
import { assignmentKeys } from '../../contract/table-keys.ts';
import { epochMs, secondMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createFaults, faultyClient } from '../support/faults.ts';
import { createVirtualTime } from '../support/virtual-time.ts';

const dynamo = await dynamoOfFile();

async function bench() {
  const time = createVirtualTime();
  const faults = createFaults();
  const calls: string[] = [];
  const client = faultyClient(dynamo.connect(), {
    ...faults,
    run: (name, work) => {
      calls.push(name);
      return faults.run(name, work);
    },
  });
  const setUp = dynamo.connect();
  const { assignments } = await dynamo.createTables(client);
  const put = async (item: object) => {
    await setUp.send(new PutItemCommand({ TableName: assignments.name, Item: toItem(item) }));
  };
  const assign = (key: object, pool: string) =>
    put({ ...key, pools: [{ pool, weight: 1 }], version: 1, at: 0, by: 'test', why: 'test' });
  const read = createAssignmentReader(assignments, 'marketing', time.clock);
  return { time, calls, put, assign, read, assignments };
}

test('an environment asks once in two seconds, however many ask it', async () => {
  const { time, calls, assign, read } = await bench();
  await assign(assignmentKeys.stream('marketing'), 'shared');
  await Promise.all([read(), read(), read()]);
  expect(calls.toSorted()).toEqual(['GetItemCommand', 'QueryCommand']);
  await assign(assignmentKeys.provider('marketing', 'gmail'), 'warm');
  time.advance(2 * secondMs - 1);
  expect((await read()).byProvider.size).toBe(0);
  time.advance(1);
  expect((await read()).byProvider).toEqual(new Map([['gmail', [{ pool: 'warm', weight: 1 }]]]));
  expect(calls).toHaveLength(4);
});

test('another stream’s words are not read, and what is no word for dispatch is passed over', async () => {
  const { assign, put, read } = await bench();
  await assign(assignmentKeys.stream('marketing'), 'shared');
  await assign(assignmentKeys.provider('transactional', 'gmail'), 'warm');
  await put({ pk: assignmentKeys.ofStream('marketing'), sk: 'note', text: 'for people' });
  expect(await read()).toEqual({
    pools: [{ pool: 'shared', weight: 1 }],
    byProvider: new Map(),
    orders: [],
    rescues: [],
  });
});

test('a word for a provider that cannot be read counts as none, and is logged', async () => {
  const { assign, put, read } = await bench();
  const line = vi.spyOn(console, 'log').mockImplementation(() => {});
  await assign(assignmentKeys.stream('marketing'), 'shared');
  await assign(assignmentKeys.provider('marketing', 'gmail'), 'warm');
  await put({ ...assignmentKeys.provider('marketing', 'yahoo'), pools: 'warm' });
  await put({ ...assignmentKeys.rescue('marketing', 'd1'), from: 7 });
  const { byProvider, rescues } = await read();
  expect([[...byProvider.keys()], rescues]).toEqual([['gmail'], []]);
  expect(line).toHaveBeenCalledTimes(2);
  line.mockRestore();
});

test('an order that cannot be read lets all mail wait', async () => {
  const { assign, put, read } = await bench();
  await assign(assignmentKeys.stream('marketing'), 'shared');
  await put({ ...assignmentKeys.order('marketing', 'd1.1'), kind: 'stop' });
  await expect(read()).rejects.toThrow();
});

test('a stream without an assignment says what to do, and is asked again at once', async () => {
  const { assign, read } = await bench();
  await expect(read()).rejects.toThrow('deploy again');
  await assign(assignmentKeys.stream('marketing'), 'shared');
  expect((await read()).pools).toHaveLength(1);
});

test('what may be sent once more is read with it, and forgotten while automation is off', async () => {
  const { time, assign, put, read, assignments } = await bench();
  await assign(assignmentKeys.stream('marketing'), 'shared');
  const rescue = {
    ...{
      id: 'd1',
      from: 'shared',
      to: 'spare',
      cause: 'pool' as const,
      region: { pool: 'shared' },
    },
    ...{ since: epochMs(1), until: epochMs(2), askedUntil: epochMs(0) },
    ...{ suspects: [{ tenant: 'acme' }], volumes: { 'spare#gmail': 3 } },
  };
  await putRescue(assignments, 'marketing', rescue);
  expect((await read()).rescues).toMatchObject([rescue]);
  await put({ ...assignmentKeys.automation, state: 'off' });
  time.advance(2 * secondMs);
  expect((await read()).rescues).toEqual([]);
});
