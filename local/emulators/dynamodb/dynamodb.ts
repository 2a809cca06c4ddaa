import type {
  AwsRequest,
  AwsResponse,
  Emulator,
  JsonObject,
  Place,
  ResourceProviders,
} from '../../aws.ts';
import { awsError } from '../../aws-error.ts';
import { isObject, objectOr, parseJson, stringAt } from '../../json-access.ts';
import type { Note } from '../../note.ts';
import type { Consumed } from './capacity.ts';
import { runCounted } from './counted-run.ts';
import { createTableStore, type StoreAnswer, type TableStore } from './dynalite-store.ts';
import { createTableProvider } from './table-provider.ts';

export type Dynamodb = {
  readonly providers: ResourceProviders;
  readonly handle: Emulator;
  readonly fill: TableStore['fill'];
  readonly close: () => Promise<void>;
};

/** What can be asked of the tables, by service clients and by the resource provider alike. */
export type TableOperations = {
  readonly run: (operation: string, input: JsonObject) => Promise<StoreAnswer>;
};

type OwnOperation = (input: JsonObject) => Promise<StoreAnswer>;

/** What dynalite 4.0.0 answers by itself. */
const storeOperations = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
];

export type DynamodbOptions = {
  readonly place: Place;
  readonly note: Note;
  /** Told what each request of a client took of the tables. @default nothing is counted */
  readonly onConsumed?: (
    request: AwsRequest,
    operation: string,
    consumed: readonly Consumed[],
  ) => void;
  /** Whether to count now, because counting takes time. @default always */
  readonly isCounting?: () => boolean;
};

/** Returns DynamoDB in memory: tables from the template, and the JSON protocol of the service. */
export function createDynamodb(options: DynamodbOptions): Dynamodb {
  const store = createTableStore(options.place);
  const own = createTimeToLive(store);
  const run = async (operation: string, input: JsonObject): Promise<StoreAnswer> => {
    const ownOperation = own[operation];
    if (ownOperation !== undefined) return ownOperation(input);
    if (storeOperations.includes(operation)) return store.run(operation, input);
    return failure(
      'UnsupportedOperationException',
      `the box does not support DynamoDB ${operation}, supported are: ${[...storeOperations, ...Object.keys(own)].join(', ')}`,
    );
  };
  const provider = createTableProvider({ run }, options);
  return {
    providers: { 'AWS::DynamoDB::Table': provider, 'AWS::DynamoDB::GlobalTable': provider },
    handle: async (request) => {
      const operation = (request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
      const input = parseJson(request.body.toString());
      if (!isObject(input)) {
        return awsError('dynamodb', {
          status: 400,
          code: 'SerializationException',
          message: `the body of DynamoDB ${operation} must be a JSON object`,
        });
      }
      const { onConsumed, isCounting = () => true } = options;
      if (onConsumed === undefined || !isCounting() || !storeOperations.includes(operation))
        return asResponse(await run(operation, input));
      const { answer, consumed } = await runCounted(store, operation, input);
      onConsumed(request, operation, consumed);
      return asResponse(answer);
    },
    fill: store.fill,
    close: store.close,
  };
}

/**
 * Time to live is remembered and described, never applied: AWS too deletes expired items at some
 * time within days, so a reader must check the attribute anyway.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
 */
function createTimeToLive(store: TableStore): Readonly<Record<string, OwnOperation>> {
  const attributes = new Map<string, string>();
  const ofExistingTable = async (
    input: JsonObject,
    answer: (table: string) => StoreAnswer,
  ): Promise<StoreAnswer> => {
    const table = await store.run('DescribeTable', { TableName: input['TableName'] ?? null });
    const name = stringAt(objectOr(table.body['Table']), 'TableName');
    return name === undefined ? table : answer(name);
  };
  return {
    UpdateTimeToLive: (input) =>
      ofExistingTable(input, (table) => {
        const wanted = objectOr(input['TimeToLiveSpecification']);
        const attribute = stringAt(wanted, 'AttributeName');
        if (attribute === undefined || typeof wanted['Enabled'] !== 'boolean') {
          return failure(
            'ValidationException',
            'TimeToLiveSpecification needs AttributeName and Enabled',
          );
        }
        const current = attributes.get(table);
        if (wanted['Enabled'] === (current !== undefined)) {
          const state = current === undefined ? 'disabled' : 'enabled';
          return failure('ValidationException', `TimeToLive is already ${state}`);
        }
        if (wanted['Enabled']) attributes.set(table, attribute);
        else attributes.delete(table);
        return { status: 200, body: { TimeToLiveSpecification: wanted } };
      }),
    DescribeTimeToLive: (input) =>
      ofExistingTable(input, (table) => {
        const attribute = attributes.get(table);
        const description =
          attribute === undefined
            ? { TimeToLiveStatus: 'DISABLED' }
            : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute };
        return { status: 200, body: { TimeToLiveDescription: description } };
      }),
  };
}

function failure(code: string, message: string): StoreAnswer {
  return { status: 400, body: { __type: `com.amazon.coral.validate#${code}`, message } };
}

function asResponse(answer: StoreAnswer): AwsResponse {
  return {
    status: answer.status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(answer.body),
  };
}
