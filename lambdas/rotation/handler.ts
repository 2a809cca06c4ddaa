import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  createDynamo,
  createEvents,
  createSes,
  createSns,
  createSqs,
} from '../../adapters/clients.ts';
import { returnSoon } from '../../adapters/rotation-queue.ts';
import { rotationEnvironment } from '../../contract/environment.ts';
import { readRecords } from '../queue-records.ts';
import { bindPorts } from './bind-ports.ts';
import { createRotation } from './rotation.ts';

const environment = rotationEnvironment.parse(process.env);
const sqs = createSqs();
const rotate = createRotation(
  bindPorts(environment, {
    dynamo: createDynamo(),
    events: createEvents(),
    ses: createSes(),
    sns: createSns(),
    sqs,
  }),
);

/** Takes in one batch of the rotation queue, in its order. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const records = readRecords(event);
  const failed = await rotate(records, context.getRemainingTimeInMillis());
  await returnSoon(
    sqs,
    environment.ROTATION_QUEUE_URL,
    records
      .filter(({ queueMessageId }) => failed.includes(queueMessageId))
      .map(({ receiptHandle }) => receiptHandle),
  );
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
