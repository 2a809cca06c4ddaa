import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { createTenantReader } from '../../adapters/directory.ts';
import { type Table, toItem } from '../../adapters/items.ts';
import { addTenant, holdTenant } from '../../adapters/tenant-directory.ts';
import { directoryKeys } from '../../contract/table-keys.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createVirtualTime } from '../support/virtual-time.ts';

const dynamo = await dynamoOfFile();
let directory: Table;
const calls: string[] = [];

beforeAll(async () => {
  const client = dynamo.connect();
  client.middlewareStack.add(
    (next, context) => (args) => {
      calls.push(String(context.commandName));
      return next(args);
    },
    { step: 'initialize' },
  );
  ({ directory } = await dynamo.createTables(client));
  for (const tenant of ['ada', 'bob', 'eve'])
    await addTenant(directory, { tenant, fromOwned: ['example.com'] }, 1);
});

test('tenants asked for at once are read in one call, each once, and kept for five seconds', async () => {
  const time = createVirtualTime();
  const read = createTenantReader(directory, time.clock);
  const ask = () => Promise.all(['ada', 'bob', 'ada', 'nobody'].map(read));
  calls.length = 0;
  const found = await ask();
  expect(found.map((one) => one?.tenant)).toEqual(['ada', 'bob', 'ada', undefined]);
  await ask();
  expect(calls).toEqual(['BatchGetItemCommand']);
  await holdTenant(directory, { tenant: 'ada', why: 'abuse' }, 2);
  expect((await read('ada'))?.status).toBe('active');
  time.advance(5_000);
  expect((await read('ada'))?.status).toBe('held');
});

test('a tenant whose item is broken harms nobody who is asked for with it', async () => {
  const { dynamo: client, name } = directory;
  await client.send(
    new PutItemCommand({
      TableName: name,
      Item: toItem({ ...directoryKeys.tenant('broken'), tenant: 7 }),
    }),
  );
  const read = createTenantReader(directory, createVirtualTime().clock);
  const [broken, eve] = await Promise.allSettled([read('broken'), read('eve')]);
  expect(broken.status).toBe('rejected');
  expect(eve).toMatchObject({ status: 'fulfilled', value: { tenant: 'eve' } });
});

test('a read that failed is not remembered', async () => {
  const read = createTenantReader({ ...directory, name: 'nowhere' }, createVirtualTime().clock);
  calls.length = 0;
  await expect(read('ada')).rejects.toThrow();
  await expect(read('ada')).rejects.toThrow();
  expect(calls).toHaveLength(2);
});
