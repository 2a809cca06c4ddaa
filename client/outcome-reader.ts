import { BatchGetItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, type NativeAttributeValue, unmarshall } from '@aws-sdk/util-dynamodb';
import { namesOf } from '../contract/names.ts';
import {
  outcomesOf,
  type RequestOutcome,
  readAttemptItems,
  sortPartition,
} from '../contract/recipient-outcomes.ts';
import { ledgerKeys } from '../contract/table-keys.ts';
import { messageIdOf, messageIdOfQueueMessage } from '../domain/message-id.ts';
import { deploymentOf, sdkOptions, type TargetOptions } from './target.ts';

/** Which request is meant: the app's id (with its tenant), our message id, or SQS's. */
export type OutcomeQuestion =
  | { readonly id: string; readonly tenant?: string }
  | { readonly messageId: string }
  /** For a body that could not be read, or that reused an id. */
  | { readonly queueMessageId: string };

export type OutcomeReader = {
  readonly outcome: (question: OutcomeQuestion) => Promise<RequestOutcome | undefined>;
  readonly close: () => void;
};

type Item = Record<string, NativeAttributeValue>;

const readAttempts = 8;

/** Returns a reader of the ledger: one query a question, and one read for what was handed to SES. */
export function createOutcomeReader(options: TargetOptions): OutcomeReader {
  const dynamo = new DynamoDBClient(sdkOptions(options));
  const table = namesOf(deploymentOf(options)).tables.ledger;
  const outcome = async (question: OutcomeQuestion) => {
    const { request, events } = sortPartition(
      await readPartition(dynamo, table, messageIdOfQuestion(question)),
    );
    if (!request) return undefined;
    const keys = request.attemptIds.map((id) => ledgerKeys.attempt(id));
    return outcomesOf(request, readAttemptItems(await readItems(dynamo, table, keys)), events);
  };
  return { outcome, close: () => dynamo.destroy() };
}

function messageIdOfQuestion(question: OutcomeQuestion): string {
  if ('messageId' in question) return question.messageId;
  if ('queueMessageId' in question) return messageIdOfQueueMessage(question.queueMessageId);
  return messageIdOf(question.tenant ?? 'default', question.id);
}

async function readPartition(
  dynamo: DynamoDBClient,
  table: string,
  messageId: string,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const page = await dynamo.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: marshall({ ':pk': messageId }),
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    items.push(...(page.Items ?? []).map((item) => unmarshall(item)));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

/** Reads up to 100 items; a request has one attempt, or a few. */
async function readItems(
  dynamo: DynamoDBClient,
  table: string,
  keys: readonly object[],
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let rest = keys.map((key) => marshall(key));
  for (let attempt = 0; rest.length > 0; attempt += 1) {
    if (attempt === readAttempts)
      throw new Error(`table ${table} left ${rest.length} items unread; retry later`);
    const answer = await dynamo.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: rest.slice(0, 100) } } }),
    );
    items.push(...(answer.Responses?.[table] ?? []).map((item) => unmarshall(item)));
    rest = [...(answer.UnprocessedKeys?.[table]?.Keys ?? []), ...rest.slice(100)];
  }
  return items;
}
