import { type AttributeValue, ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type Emulator, localPlace } from '../../local/aws.ts';
import { createDynamodb } from '../../local/emulators/dynamodb/dynamodb.ts';
import type { Answer } from '../network.ts';
import { AwsFailure } from './failure.ts';
import { toJson } from './json.ts';

/** DynamoDB with tables of `pk` and `sk`. */
export type SimulatedDynamodb = {
  readonly answer: Answer;
  /** The same tables, asked as AWS's own client writes to them. */
  readonly handle: Emulator;
  readonly createTable: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
};

const attributes = ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));

/** Returns DynamoDB in memory, asked without HTTP: 20 to 150 µs a call. */
export function createSimulatedDynamodb(): SimulatedDynamodb {
  const dynamodb = createDynamodb({ place: localPlace, note: () => {} });
  const ask = async (operation: string, input: object): Promise<object> => {
    const { status, body = '{}' } = await dynamodb.handle({
      service: 'dynamodb',
      principal: 'simulation',
      method: 'POST',
      url: '/',
      headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
      body: Buffer.from(toJson(input)),
    });
    const text = body.toString();
    // Asking about every value costs more than the parsing.
    const answer = text.includes('"B":') ? JSON.parse(text, binary) : JSON.parse(text);
    if (status === 200) return answer;
    throw failureOf(answer, status);
  };
  return {
    answer: ({ operation, input }) => ask(operation, input),
    handle: dynamodb.handle,
    createTable: async (TableName) => {
      await ask('CreateTable', {
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: attributes,
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      });
      while (!(await isActive(ask, TableName)))
        await new Promise((resolve) => setImmediate(resolve));
    },
    close: dynamodb.close,
  };
}

async function isActive(
  ask: (operation: string, input: object) => Promise<object>,
  TableName: string,
): Promise<boolean> {
  return JSON.stringify(await ask('DescribeTable', { TableName })).includes('"ACTIVE"');
}

type Refusal = {
  readonly __type?: string;
  readonly message?: string;
  readonly Item?: Record<string, AttributeValue>;
};

function failureOf(
  { __type = 'UnknownError', message = '', Item }: Refusal,
  status: number,
): Error {
  const name = __type.replace(/^.*#/, '');
  if (name !== 'ConditionalCheckFailedException') return new AwsFailure(name, message, { status });
  const $metadata = { httpStatusCode: status };
  return new ConditionalCheckFailedException({ message, $metadata, ...(Item ? { Item } : {}) });
}

/** A binary attribute is the only text under the name `B`. */
function binary(key: string, value: unknown): unknown {
  return key === 'B' && typeof value === 'string' ? Buffer.from(value, 'base64') : value;
}
