import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { createDynamo, createSes } from '../../adapters/clients.ts';
import {
  deletePool,
  putAssignment,
  putPool,
  putStream,
  readAssignmentNow,
  readPools,
  readStream,
  seedTenant,
} from '../../adapters/directory-seed.ts';
import { describeError, log } from '../../adapters/log.ts';
import { writeSendRate } from '../../adapters/pacing-store.ts';
import { readSesAccount } from '../../adapters/ses-account.ts';
import { seedEnvironment, seedPlan } from '../../contract/environment.ts';
import { namesOf } from '../../contract/names.ts';
import { epochMs } from '../../domain/time.ts';
import { answerCloudFormation } from './answer.ts';
import { seed } from './seed.ts';

const { tables } = namesOf(seedEnvironment.parse(process.env).DEPLOYMENT);
const dynamo = createDynamo();
const ses = createSes();
const directory = { dynamo, name: tables.directory };
const assignments = { dynamo, name: tables.assignments };
const pacing = { dynamo, name: tables.pacing };

/** Runs at every deploy that changes streams, pools or domains, as a CloudFormation custom resource. */
export async function handler(event: CloudFormationCustomResourceEvent): Promise<void> {
  await answerCloudFormation(event, async () => {
    // What people and mail depend on is retained, so a deleted stack leaves its directory behind.
    if (event.RequestType === 'Delete') return;
    const plan = seedPlan.parse(JSON.parse(String(event.ResourceProperties['Plan'])));
    await seed(plan, {
      clock: () => epochMs(Date.now()),
      readPools: () => readPools(directory),
      putPool: (item) => putPool(directory, item),
      deletePool: (pool) => deletePool(directory, pool),
      readStream: (stream) => readStream(directory, stream),
      putStream: (item) => putStream(directory, item),
      readAssignment: (stream) => readAssignmentNow(assignments, stream),
      putAssignment: (item, before) => putAssignment(assignments, item, before),
      seedTenant: (item) => seedTenant(directory, item),
      readSendRate: async () => (await readSesAccount(ses)).sendRatePerSecond,
      writeSendRate: (rate) => writeSendRate(pacing, rate),
      warn: (text, error) => log('seed.warning', { text, ...describeError(error) }),
    });
  });
}
