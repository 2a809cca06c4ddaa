import { asText, objectOr, stringAt } from '../../json-access.ts';
import {
  type ActionContext,
  type ActionMapping,
  jsonBody,
  jsonOperation,
  type ResourcesOf,
  unmapped,
} from './action-mapping.ts';

const onTable: ResourcesOf = (input, context) => [tableArn(input['TableName'] ?? '', context)];
/** An index is a resource of its own: a grant on the table alone does not cover it. */
const onTableOrIndex: ResourcesOf = (input, context) => {
  const table = tableArn(input['TableName'] ?? '', context);
  const index = stringAt(input, 'IndexName');
  return [index === undefined ? table : `${table}/index/${index}`];
};
const onEachTable: ResourcesOf = (input, context) =>
  Object.keys(objectOr(input['RequestItems'])).map((name) => tableArn(name, context));
const onAnything: ResourcesOf = () => ['*'];

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
const operations: Readonly<Record<string, ResourcesOf>> = {
  BatchGetItem: onEachTable,
  BatchWriteItem: onEachTable,
  DeleteItem: onTable,
  DescribeTable: onTable,
  DescribeTimeToLive: onTable,
  GetItem: onTable,
  ListTables: onAnything,
  PutItem: onTable,
  Query: onTableOrIndex,
  Scan: onTableOrIndex,
  UpdateItem: onTable,
  UpdateTimeToLive: onTable,
};

/** Maps DynamoDB requests; each operation's action has the operation's name. */
export const dynamodbActions: ActionMapping = (request, context) => {
  const operation = jsonOperation(request);
  const resourcesOf = operations[operation];
  if (resourcesOf === undefined) throw unmapped('dynamodb', operation, 'dynamodb.ts');
  const action = `dynamodb:${operation}`;
  return resourcesOf(jsonBody(request), context).map((resource) => ({ action, resource }));
};

function tableArn(table: Parameters<typeof asText>[0], { place }: ActionContext): string {
  const name = asText(table);
  if (name.startsWith('arn:')) return name;
  return `arn:${place.partition}:dynamodb:${place.region}:${place.accountId}:table/${name}`;
}
