import { createCloudwatch, createDynamo, createSns, createSqs } from '../../adapters/clients.ts';
import { responderEnvironment } from '../../contract/environment.ts';
import { bindPorts } from './bind-ports.ts';
import { readEvent } from './read-event.ts';
import { respond } from './respond.ts';

const environment = responderEnvironment.parse(process.env);
const ports = bindPorts(environment, {
  cloudwatch: createCloudwatch(),
  dynamo: createDynamo(),
  sns: createSns(),
  sqs: createSqs(),
});

/** Takes in that an alarm changed its state, or that a minute has passed. */
export async function handler(event: unknown): Promise<void> {
  await respond(readEvent(environment.DEPLOYMENT, event), ports);
}
