import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import {
  deletePool,
  putAssignment,
  putPool,
  putStream,
  readAssignedProviders,
  readAssignmentNow,
  readPools,
  readProviderAssignment,
  readStream,
  seedTenant,
} from '../../adapters/directory-seed.ts';
import { describeError, log } from '../../adapters/log.ts';
import { writeSendRate } from '../../adapters/pacing-store.ts';
import { readSendRate } from '../../adapters/ses-account.ts';
import { capSpill, uncapSpill } from '../../adapters/spill-caps.ts';
import { namesOf } from '../../contract/names.ts';
import { epochMs } from '../../domain/time.ts';
import type { SeedPorts } from './seed.ts';

/** Binds what seeding asks for to this deployment's tables and SES; once per environment. */
export function bindPorts(
  deployment: string,
  clients: { readonly dynamo: DynamoDBClient; readonly ses: SESv2Client },
): SeedPorts {
  const { dynamo, ses } = clients;
  const { tables } = namesOf(deployment);
  const directory = { dynamo, name: tables.directory };
  const pacing = { dynamo, name: tables.pacing };
  const assignments = { dynamo, name: tables.assignments };
  return {
    clock: () => epochMs(Date.now()),
    readPools: () => readPools(directory),
    putPool: (item) => putPool(directory, item),
    deletePool: (pool) => deletePool(directory, pool),
    readStream: (stream) => readStream(directory, stream),
    putStream: (item) => putStream(directory, item),
    readAssignment: (stream) => readAssignmentNow(assignments, stream),
    readProviders: (stream) => readAssignedProviders(assignments, stream),
    readProviderAssignment: (stream, provider) =>
      readProviderAssignment(assignments, stream, provider),
    putAssignment: (item, before) => putAssignment(assignments, item, before),
    seedTenant: (item) => seedTenant(directory, item),
    capSpill: (pool) => capSpill(pacing, pool),
    uncapSpill: (pool) => uncapSpill(pacing, pool),
    readSendRate: () => readSendRate(ses),
    writeSendRate: (rate) => writeSendRate(pacing, rate),
    warn: (text, error) => log('seed.warning', { text, ...describeError(error) }),
  };
}
