import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type * as z from 'zod';
import { sendCanary } from '../../adapters/canary.ts';
import { readMapping, setMapping } from '../../adapters/event-source.ts';
import { describeError, log, logMetrics } from '../../adapters/log.ts';
import { readLastLease, writeSendRate } from '../../adapters/pacing-store.ts';
import { readSesAccount } from '../../adapters/ses-account.ts';
import { readSwitches, writeSwitch } from '../../adapters/switch-store.ts';
import { withoutAddresses } from '../../adapters/without-addresses.ts';
import type { accountEnvironment } from '../../contract/environment.ts';
import { metrics } from '../../contract/metrics.ts';
import { namesOf } from '../../contract/names.ts';
import { type Clock, epochMs } from '../../domain/time.ts';
import type { AccountPorts } from './account.ts';

/** Binds what the account function asks for to this deployment's table, mappings and SES. */
export function bindPorts(
  { DEPLOYMENT: Deployment, STREAMS: streams, CANARY: plan }: z.output<typeof accountEnvironment>,
  clients: {
    readonly dynamo: DynamoDBClient;
    readonly lambda: LambdaClient;
    readonly ses: SESv2Client;
  },
  clock: Clock = () => epochMs(Date.now()),
): AccountPorts {
  const { dynamo, lambda, ses } = clients;
  const names = namesOf(Deployment);
  const pacing = { dynamo, name: names.tables.pacing };
  return {
    clock,
    streams,
    log,
    readAccount: () => readSesAccount(ses),
    writeSendRate: (rate) => writeSendRate(pacing, rate),
    readSwitches: () => readSwitches(pacing, Object.keys(streams)),
    writeSwitch: (stream, known) => writeSwitch(pacing, stream, known),
    readMapping: (uuid) => readMapping(lambda, uuid),
    setMapping: (uuid, state) => setMapping(lambda, uuid, state),
    ...(plan === undefined
      ? {}
      : {
          canaries: {
            plan,
            send: ({ from, stream, pool }) =>
              sendCanary(ses, { from, configurationSet: names.configurationSet(stream, pool) }),
            lastLeaseAt: () => readLastLease(pacing),
            failure: (error) => {
              const { message = '', ...failure } = describeError(error);
              log('account.canary-failed', { ...failure, message: withoutAddresses(message) });
            },
          },
        }),
    measure: ({ quotaUsedPercent, sendingEnabled, inReview, switchedOff }) => {
      const now = clock();
      logMetrics(now, { Deployment }, [
        { name: metrics.quotaUsedPercent, value: quotaUsedPercent, unit: 'Percent' },
        { name: metrics.sendingEnabled, value: sendingEnabled, unit: 'None' },
        { name: metrics.inReview, value: inReview, unit: 'Count' },
      ]);
      for (const Stream of switchedOff)
        logMetrics(now, { Deployment, Stream }, [
          { name: metrics.switchedOff, value: 1, unit: 'Count' },
        ]);
    },
  };
}
