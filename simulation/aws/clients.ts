import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { ServiceName } from '../network.ts';

/** How a client's commands are answered. */
export type Ask = (service: ServiceName, operation: string, input: object) => Promise<object>;

/** One client a service, as the stages' bindings take them. */
export type Clients = ReturnType<typeof createClients>;

const options = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'SIMULATION', secretAccessKey: 'SIMULATION' },
  cacheMiddleware: true,
};

/**
 * Returns real SDK clients whose commands are answered in process, before they are written as HTTP:
 * a call costs microseconds of its client instead of 0.2 ms.
 */
export function createClients(ask: Ask) {
  const dynamo = createDynamoClient((operation, input) => ask('dynamodb', operation, input));
  const events = new EventBridgeClient(options);
  const lambda = new LambdaClient(options);
  const s3 = new S3Client(options);
  const secrets = new SecretsManagerClient(options);
  const ses = new SESv2Client(options);
  const sqs = new SQSClient(options);
  answerWith(events.middlewareStack, (operation, input) => ask('events', operation, input));
  answerWith(lambda.middlewareStack, (operation, input) => ask('lambda', operation, input));
  answerWith(s3.middlewareStack, (operation, input) => ask('s3', operation, input));
  answerWith(secrets.middlewareStack, (operation, input) =>
    ask('secretsmanager', operation, input),
  );
  answerWith(ses.middlewareStack, (operation, input) => ask('ses', operation, input));
  answerWith(sqs.middlewareStack, (operation, input) => ask('sqs', operation, input));
  return { dynamo, events, lambda, s3, secrets, ses, sqs };
}

/** Returns a client for DynamoDB alone; middleware of `high` priority comes before the answer. */
export function createDynamoClient(answer: Reply): DynamoDBClient {
  const dynamo = new DynamoDBClient(options);
  answerWith(dynamo.middlewareStack, answer);
  return dynamo;
}

type Reply = (operation: string, input: object) => Promise<object>;

type Stack<Input extends object, Output extends object> = {
  add(
    middleware: (
      next: unknown,
      context: { readonly commandName?: string },
    ) => (args: { readonly input: Input }) => Promise<{ output: Output; response: unknown }>,
    options: { readonly step: 'initialize' },
  ): void;
  remove(name: string): boolean;
};

function answerWith<Input extends object, Output extends object>(
  stack: Stack<Input, Output>,
  answer: Reply,
): void {
  // It would look through each command and answer for what must not be logged, and log nothing.
  stack.remove('loggerMiddleware');
  stack.add(
    (_next, context) => async (args) => {
      const operation = String(context.commandName).replace(/Command$/, '');
      const said = await answer(operation, args.input);
      // The SDK types a stack by the union of its answers; which one belongs to a command it cannot say.
      return { output: { $metadata: {}, ...said } as unknown as Output, response: {} };
    },
    { step: 'initialize' },
  );
}
