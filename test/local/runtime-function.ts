import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type {
  CloudFormationCustomResourceCreateEvent,
  SNSEvent,
  SQSBatchResponse,
  SQSEvent,
} from 'aws-lambda';

const dynamodb = new DynamoDBClient({});
const ses = new SESv2Client({});
const table = process.env['TABLE'] ?? '';
const configurationSet = process.env['CONFIGURATION_SET'] ?? '';

/** Sends one mail per message; the body `forbidden` does what the role does not allow. */
export async function send(event: SQSEvent): Promise<SQSBatchResponse> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { body, messageId } of event.Records) {
    try {
      if (body === 'forbidden') {
        await dynamodb.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: 'x' } } }));
      }
      const { MessageId } = await ses.send(
        new SendEmailCommand({
          FromEmailAddress: 'News <news@example.com>',
          Destination: { ToAddresses: [body] },
          ConfigurationSetName: configurationSet,
          Content: { Simple: { Subject: { Data: 'Hi' }, Body: { Text: { Data: 'Hello' } } } },
        }),
      );
      await put(`sent ${body}`, MessageId ?? '');
    } catch (cause) {
      console.log(String(cause));
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}

/** Counts SES events by their type. */
export async function listen(event: SQSEvent): Promise<void> {
  for (const { body } of event.Records) {
    // SES first tests a topic with a sentence that is not JSON.
    if (!body.startsWith('{')) continue;
    const { eventType } = JSON.parse(body);
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { pk: { S: `events ${eventType}` } },
        UpdateExpression: 'ADD hits :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
  }
}

/** Writes down what a topic says. */
export async function alarmed(event: SNSEvent): Promise<void> {
  for (const { Sns } of event.Records) await put('alarm', Sns.Message);
}

/** Answers CloudFormation as a custom resource that worked. */
export async function seed(event: CloudFormationCustomResourceCreateEvent): Promise<void> {
  await put('seed', event.ResourceProperties['Count']);
  await answer(event, { Status: 'SUCCESS', PhysicalResourceId: 'seed', Data: { Answer: 42 } });
}

/** Answers CloudFormation as a custom resource that failed. */
export async function refuse(event: CloudFormationCustomResourceCreateEvent): Promise<void> {
  await answer(event, { Status: 'FAILED', Reason: 'out of seeds' });
}

async function put(pk: string, value: string): Promise<void> {
  const Item = { pk: { S: pk }, value: { S: value } };
  await dynamodb.send(new PutItemCommand({ TableName: table, Item }));
}

async function answer(
  event: CloudFormationCustomResourceCreateEvent,
  body: Readonly<Record<string, unknown>>,
): Promise<void> {
  await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(body) });
}
