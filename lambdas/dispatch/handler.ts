import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  createDynamo,
  createEvents,
  createS3,
  createSecrets,
  createSendingSes,
  createSqs,
} from '../../adapters/clients.ts';
import { dispatchEnvironment } from '../../contract/environment.ts';
import { namesOf } from '../../contract/names.ts';
import { readRecords } from '../queue-records.ts';
import { bindPorts } from './bind-ports.ts';
import { dispatch } from './dispatch.ts';
import { createTally } from './tally.ts';

const environment = dispatchEnvironment.parse(process.env);
const overflowQueue = namesOf(environment.DEPLOYMENT).overflowQueue(environment.STREAM);
const ports = await bindPorts(environment, {
  dynamo: createDynamo(),
  events: createEvents(),
  s3: createS3(),
  secrets: createSecrets(),
  ses: createSendingSes(),
  sqs: createSqs(),
});

/** Sends one batch of the stream's intake or overflow queue. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const tally = createTally(environment, ports.clock, ports.lateMail);
  const staying = await dispatch(readRecords(event, overflowQueue), {
    ...ports,
    tally,
    deadline: ports.deadlineAfter(context.getRemainingTimeInMillis()),
  });
  tally.write();
  return { batchItemFailures: staying.map((itemIdentifier) => ({ itemIdentifier })) };
}
