import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createDynamo, createEvents, createSecrets, createSqs } from '../../adapters/clients.ts';
import { feedbackEnvironment } from '../../contract/environment.ts';
import { readRecords } from '../queue-records.ts';
import { bindPorts } from './bind-ports.ts';
import { feedback } from './feedback.ts';
import { createFeedbackTally } from './tally.ts';

const environment = feedbackEnvironment.parse(process.env);
const ports = await bindPorts(environment, {
  dynamo: createDynamo(),
  events: createEvents(),
  secrets: createSecrets(),
  sqs: createSqs(),
});

/** Takes in one batch of the feedback or the Delivery queue. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const tally = createFeedbackTally(environment.DEPLOYMENT, ports.clock);
  const failed = await feedback(readRecords(event), { ...ports, ...tally });
  tally.write();
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
