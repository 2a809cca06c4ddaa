import { createDynamo, createSes } from '../../adapters/clients.ts';
import { logMetrics } from '../../adapters/log.ts';
import { writeSendRate } from '../../adapters/pacing-store.ts';
import { readSesAccount } from '../../adapters/ses-account.ts';
import { accountEnvironment } from '../../contract/environment.ts';
import { metrics } from '../../contract/metrics.ts';
import { namesOf } from '../../contract/names.ts';
import { watchAccount } from './account.ts';

const { DEPLOYMENT: Deployment } = accountEnvironment.parse(process.env);
const ses = createSes();
const pacing = { dynamo: createDynamo(), name: namesOf(Deployment).tables.pacing };

/** Runs every five minutes. */
export async function handler(): Promise<void> {
  await watchAccount({
    readAccount: () => readSesAccount(ses),
    writeSendRate: (rate) => writeSendRate(pacing, rate),
    measure: ({ quotaUsedPercent, sendingEnabled }) =>
      logMetrics(Date.now(), { Deployment }, [
        { name: metrics.quotaUsedPercent, value: quotaUsedPercent, unit: 'Percent' },
        { name: metrics.sendingEnabled, value: sendingEnabled, unit: 'None' },
      ]),
  });
}
