import type { JsonObject } from '../../aws.ts';
import { stringAt } from '../../json-access.ts';
import {
  type ActionContext,
  type ActionMapping,
  jsonBody,
  jsonOperation,
  unmapped,
} from './action-mapping.ts';

/**
 * Operation → IAM action: a batch needs the action of the single operation.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
 */
const actions: Readonly<Record<string, string>> = {
  ChangeMessageVisibility: 'sqs:ChangeMessageVisibility',
  ChangeMessageVisibilityBatch: 'sqs:ChangeMessageVisibility',
  DeleteMessage: 'sqs:DeleteMessage',
  DeleteMessageBatch: 'sqs:DeleteMessage',
  GetQueueAttributes: 'sqs:GetQueueAttributes',
  GetQueueUrl: 'sqs:GetQueueUrl',
  ListQueues: 'sqs:ListQueues',
  PurgeQueue: 'sqs:PurgeQueue',
  ReceiveMessage: 'sqs:ReceiveMessage',
  SendMessage: 'sqs:SendMessage',
  SendMessageBatch: 'sqs:SendMessage',
  SetQueueAttributes: 'sqs:SetQueueAttributes',
};

/** Maps SQS requests. */
export const sqsActions: ActionMapping = (request, context) => {
  const operation = jsonOperation(request);
  const action = actions[operation];
  if (action === undefined) throw unmapped('sqs', operation, 'sqs.ts');
  return [{ action, resource: queueArn(jsonBody(request), context) }];
};

function queueArn(input: JsonObject, { place }: ActionContext): string {
  const url = stringAt(input, 'QueueUrl');
  const name = stringAt(input, 'QueueName') ?? url?.slice(url.lastIndexOf('/') + 1) ?? '*';
  return `arn:${place.partition}:sqs:${place.region}:${place.accountId}:${name}`;
}
