import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
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
import { readSendRate } from '../../adapters/ses-account.ts';
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
  const assignments = { dynamo, name: tables.assignments };
  return {
    clock: () => epochMs(Date.now()),
    readPools: () => readPools(directory),
    putPool: (item) => putPool(directory, item),
    deletePool: (pool) => deletePool(directory, pool),
    readStream: (stream) => readStream(directory, stream),
    putStream: (item) => putStream(directory, item),
    readAssignment: (stream) => readAssignmentNow(assignments, stream),
    putAssignment: (item, before) => putAssignment(assignments, item, before),
    seedTenant: (item) => seedTenant(directory, item),
    readSendRate: () => readSendRate(ses),
    writeSendRate: (rate) => writeSendRate({ dynamo, name: tables.pacing }, rate),
    warn: (text, error) => log('seed.warning', { text, ...describeError(error) }),
  };
}
