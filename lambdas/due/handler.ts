import type { Context, ScheduledEvent } from 'aws-lambda';
import { createS3, createSqs } from '../../adapters/clients.ts';
import { dueEnvironment } from '../../contract/environment.ts';
import { bindPorts } from './bind-ports.ts';
import { returnDue } from './due.ts';

const environment = dueEnvironment.parse(process.env);
const portsFor = bindPorts(environment, { s3: createS3(), sqs: createSqs() });

/** Runs every five minutes. */
export async function handler({ time }: ScheduledEvent, context: Context): Promise<void> {
  await returnDue(portsFor({ time, remainingMs: context.getRemainingTimeInMillis() }));
}
