import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import type { Table } from '../../adapters/items.ts';
import { namesOf } from '../../contract/names.ts';
import type { AwsRequest, Emulator } from '../../local/aws.ts';
import { createDynamoClient } from '../../simulation/aws/clients.ts';
import { createSimulatedDynamodb } from '../../simulation/aws/dynamodb.ts';

export type TableNames = ReturnType<typeof namesOf>['tables'];
export type Tables = { readonly [name in keyof TableNames]: Table };

/** DynamoDB in this process: tables in memory, asked without HTTP, which was half of what a test cost. */
export type Dynamo = {
  /** Returns a client of its own, so that a test can put faults into its calls alone. */
  readonly connect: () => DynamoDBClient;
  /** The same, answered before the SDK writes a command as JSON: for tests of stages, which make thousands of calls. */
  readonly connectDirectly: () => DynamoDBClient;
  /** Creates a new set of the pipeline's tables and returns them as seen through `client`. */
  readonly createTables: (client: DynamoDBClient) => Promise<Tables>;
  readonly close: () => Promise<void>;
};

/** Opens tables in memory. */
function openDynamo(): Dynamo {
  const dynamodb = createSimulatedDynamodb();
  const requestHandler = handlerOf(dynamodb.handle);
  const connect = () =>
    new DynamoDBClient({
      requestHandler,
      // Nobody looks at a signature here.
      signer: { sign: async (request) => request },
      region: 'us-east-1',
      credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'LOCAL' },
      maxAttempts: 1,
    });
  let deployments = 0;
  return {
    connect,
    connectDirectly: () =>
      createDynamoClient((operation, input) =>
        dynamodb.answer({ service: 'dynamodb', operation, input }),
      ),
    createTables: async (client) => {
      deployments += 1;
      const names = namesOf(`test${deployments}`).tables;
      await Promise.all(Object.values(names).map(dynamodb.createTable));
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
    close: dynamodb.close,
  };
}

/** What the SDK would write to the network; its own type says nothing of the body. */
type HttpRequest = Omit<AwsRequest, 'service' | 'principal' | 'url' | 'body'> & {
  readonly path: string;
  readonly body?: Uint8Array;
};

/** Returns the SDK's way to a service that answers in this process. */
function handlerOf(answer: Emulator) {
  return {
    handle: async ({ method, path, headers, body }: HttpRequest) => {
      const { status, ...said } = await answer({
        ...{ service: 'dynamodb', principal: 'LOCAL', url: path },
        ...{ method, headers, body: Buffer.from(body ?? []) },
      });
      const bytes = Buffer.from(said.body ?? '');
      return { response: { statusCode: status, headers: { ...said.headers }, body: bytes } };
    },
  };
}

/** Opens tables for the tests of one file and closes them after it. */
export async function dynamoOfFile(): Promise<Dynamo> {
  const dynamo = openDynamo();
  afterAll(() => dynamo.close());
  return dynamo;
}
