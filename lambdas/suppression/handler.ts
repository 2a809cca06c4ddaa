import type { Context } from 'aws-lambda';
import { createDynamo, createSecrets, createSes } from '../../adapters/clients.ts';
import { log } from '../../adapters/log.ts';
import { suppressionEnvironment } from '../../contract/environment.ts';
import { epochMs, secondMs } from '../../domain/time.ts';
import { bindPorts } from './bind-ports.ts';
import { syncSuppressions } from './sync.ts';

const ports = await bindPorts(suppressionEnvironment.parse(process.env), {
  dynamo: createDynamo(),
  secrets: createSecrets(),
  ses: createSes(),
});

/** The margin lets the last call end before the function does. */
const closingMs = 30 * secondMs;

/** Runs every hour. */
export async function handler(_event: unknown, context: Context): Promise<void> {
  const remainingMs = context.getRemainingTimeInMillis() - closingMs;
  const report = await syncSuppressions({
    ...ports,
    deadline: epochMs(ports.clock() + remainingMs),
  });
  log('suppression.synced', report);
}
