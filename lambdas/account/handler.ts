import { createDynamo, createLambda, createSes } from '../../adapters/clients.ts';
import { accountEnvironment } from '../../contract/environment.ts';
import { createWatch } from './account.ts';
import { bindPorts } from './bind-ports.ts';

const watch = createWatch(
  bindPorts(accountEnvironment.parse(process.env), {
    dynamo: createDynamo(),
    lambda: createLambda(),
    ses: createSes(),
  }),
);

/** Runs every minute. */
export async function handler(): Promise<void> {
  await watch();
}
