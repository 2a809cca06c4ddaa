import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { createDynamo, createSes } from '../../adapters/clients.ts';
import { seedEnvironment, seedPlan } from '../../contract/environment.ts';
import { answerCloudFormation } from './answer.ts';
import { bindPorts } from './bind-ports.ts';
import { seed } from './seed.ts';

const { DEPLOYMENT: deployment } = seedEnvironment.parse(process.env);
const ports = bindPorts(deployment, { dynamo: createDynamo(), ses: createSes() });

/** Runs at every deploy that changes streams, pools or domains, as a CloudFormation custom resource. */
export async function handler(event: CloudFormationCustomResourceEvent): Promise<void> {
  await answerCloudFormation(event, async () => {
    // What people and mail depend on is retained, so a deleted stack leaves its directory behind.
    if (event.RequestType === 'Delete') return;
    await seed(seedPlan.parse(JSON.parse(String(event.ResourceProperties['Plan']))), ports);
  });
}
