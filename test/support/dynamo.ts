import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import type { Table } from '../../adapters/items.ts';
import { namesOf } from '../../contract/names.ts';

/** dynalite ships no types: this is the part of version 4.0.0 that is used here. */
const require = createRequire(import.meta.url);
const dynalite: (options: object) => Server = require('dynalite');

export type TableNames = ReturnType<typeof namesOf>['tables'];
export type Tables = { readonly [name in keyof TableNames]: Table };

/** DynamoDB in this process: a server in memory, and the pipeline's tables on it. */
export type Dynamo = {
  /** Returns a client of its own, so that a test can put faults into its calls alone. */
  readonly connect: () => DynamoDBClient;
  /** Creates a new set of the pipeline's tables and returns them as seen through `client`. */
  readonly createTables: (client: DynamoDBClient) => Promise<Tables>;
  readonly close: () => Promise<void>;
};

/** Opens the server on a free port of 127.0.0.1. */
export async function openDynamo(): Promise<Dynamo> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = server.address();
  if (place === null || typeof place === 'string') throw new Error('dynalite has no port');
  const clients: DynamoDBClient[] = [];
  const connect = () => {
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${place.port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'LOCAL' },
      maxAttempts: 1,
    });
    clients.push(client);
    return client;
  };
  const admin = connect();
  let deployments = 0;
  return {
    connect,
    createTables: async (client) => {
      deployments += 1;
      const names = namesOf(`test${deployments}`).tables;
      await Promise.all(Object.values(names).map((name) => createTable(admin, name)));
      const table = (name: string): Table => ({ dynamo: client, name });
      return {
        suppression: table(names.suppression),
        ledger: table(names.ledger),
        evidence: table(names.evidence),
        directory: table(names.directory),
        assignments: table(names.assignments),
        pacing: table(names.pacing),
      };
    },
    close: async () => {
      for (const client of clients) client.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Creates a table with the keys that every table of the pipeline has. */
export async function createTable(admin: DynamoDBClient, TableName: string): Promise<void> {
  await admin.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  for (;;) {
    const { Table } = await admin.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Opens a server for the tests of one file and closes it after them. */
export async function dynamoOfFile(): Promise<Dynamo> {
  const dynamo = await openDynamo();
  afterAll(() => dynamo.close());
  return dynamo;
}
