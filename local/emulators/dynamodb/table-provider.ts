import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject, Place, Resource, ResourceProvider } from '../../aws.ts';
import { listOr, objectOr, stringAt } from '../../json-access.ts';
import type { Note } from '../../note.ts';
import type { TableOperations } from './dynamodb.ts';

/** Properties that CreateTable takes as they stand in the template. */
const createTableKeys = ['AttributeDefinitions', 'KeySchema', 'LocalSecondaryIndexes'];
/** What an index keeps; its throughput has no meaning, as for the table. */
const indexKeys = ['IndexName', 'KeySchema', 'Projection'];

/** Properties without meaning in the box, each with the reason. */
const withoutMeaning: Readonly<Record<string, string>> = {
  BillingMode: 'nothing is billed and no table is throttled',
  ProvisionedThroughput: 'no table is throttled',
  Replicas: 'there is one region',
  PointInTimeRecoverySpecification: 'tables live in memory and end with the box',
  SSESpecification: 'tables live in memory and end with the box',
  DeletionProtectionEnabled: 'tables live in memory and end with the box',
  TableClass: 'nothing is billed',
  Tags: 'nothing is billed',
  OnDemandThroughput: 'no table is throttled',
  WarmThroughput: 'no table is throttled',
  WriteProvisionedThroughputSettings: 'no table is throttled',
  WriteOnDemandThroughputSettings: 'no table is throttled',
  ReadOnDemandThroughputSettings: 'no table is throttled',
  ContributorInsightsSpecification: 'there is no CloudWatch',
};

const ownKeys = [
  'TableName',
  'TimeToLiveSpecification',
  'GlobalSecondaryIndexes',
  'StreamSpecification',
];
const attempts = 100;

/**
 * Returns how `AWS::DynamoDB::Table` and `AWS::DynamoDB::GlobalTable` are created. A table's stream
 * gets its ARN and a note, because the box never puts a record on it.
 */
export function createTableProvider(
  tables: TableOperations,
  options: { readonly place: Place; readonly note: Note },
): ResourceProvider {
  const { place, note } = options;
  return async (resource) => {
    refuseUnknown(resource);
    const { properties } = resource;
    const name = stringAt(properties, 'TableName') ?? resource.logicalId;
    const created = await tables.run('CreateTable', {
      TableName: name,
      // Tables of the box have no capacity, so that every template's table is on demand here.
      BillingMode: 'PAY_PER_REQUEST',
      ...pick(properties, createTableKeys),
      ...indexesOf(properties),
    });
    if (created.status !== 200) {
      throw new Error(`table ${name} cannot be created: ${JSON.stringify(created.body)}`);
    }
    await untilActive(tables, name);
    const timeToLive = objectOr(properties['TimeToLiveSpecification']);
    if (String(timeToLive['Enabled']) === 'true') {
      await tables.run('UpdateTimeToLive', {
        TableName: name,
        TimeToLiveSpecification: { ...timeToLive, Enabled: true },
      });
    }
    const arn = `arn:${place.partition}:dynamodb:${place.region}:${place.accountId}:table/${name}`;
    const attributes = { Arn: arn, TableId: resource.logicalId };
    if (properties['StreamSpecification'] === undefined) return { ref: name, attributes };
    note(resource, 'the table has a stream in AWS; in the box no record ever appears on it');
    return { ref: name, attributes: { ...attributes, StreamArn: `${arn}/stream/local` } };
  };
}

function refuseUnknown(resource: Resource): void {
  const known = [...createTableKeys, ...ownKeys, ...Object.keys(withoutMeaning)];
  const unknown = Object.keys(resource.properties).filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    throw new Error(
      `${resource.type} ${resource.logicalId} asks for ${unknown.join(', ')}, which the box's tables do not have; supported are: ${known.join(', ')}`,
    );
  }
}

async function untilActive(tables: TableOperations, name: string): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { body } = await tables.run('DescribeTable', { TableName: name });
    if (objectOr(body['Table'])['TableStatus'] === 'ACTIVE') return;
    await sleep(2);
  }
  throw new Error(`table ${name} did not become active after ${attempts} looks`);
}

function indexesOf(properties: JsonObject): JsonObject {
  const indexes = listOr(properties['GlobalSecondaryIndexes']);
  if (indexes.length === 0) return {};
  return { GlobalSecondaryIndexes: indexes.map((index) => pick(objectOr(index), indexKeys)) };
}

function pick(properties: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => keys.includes(key)));
}
