import type { SesAccount } from '../../adapters/ses-account.ts';
import type { KnownSwitch } from '../../adapters/switch-store.ts';
import type { WatchedStream } from '../../contract/environment.ts';
import { environmentsFor } from '../../domain/pacing.ts';
import { neverSwitched, type SwitchState } from '../../domain/sending-switch.ts';
import type { Clock } from '../../domain/time.ts';
import { type CanaryPorts, createCanaries } from './canaries.ts';
import { type SwitchPorts, turnSwitch } from './turn-switch.ts';

export type AccountPorts = SwitchPorts & {
  readonly clock: Clock;
  readonly streams: Readonly<Record<string, WatchedStream>>;
  readonly readAccount: () => Promise<SesAccount>;
  readonly writeSendRate: (ratePerSecond: number) => Promise<void>;
  readonly readSwitches: () => Promise<ReadonlyMap<string, KnownSwitch>>;
  readonly measure: (account: {
    readonly quotaUsedPercent: number;
    readonly sendingEnabled: 0 | 1;
    readonly inReview: 0 | 1;
    /** Streams that are off now, or on only to drain, for another reason than the quota. */
    readonly switchedOff: readonly string[];
  }) => void;
  /** Absent where no canary is wanted. */
  readonly canaries?: CanaryPorts;
};

/**
 * Returns the work of one run: bring SES's rate to dispatch, its quota and standing to the metrics, and
 * each stream's switch to where it should stand, and let canaries go. It remembers for which rate it has told what to deploy.
 */
export function createWatch(ports: AccountPorts): () => Promise<void> {
  let toldRate: number | undefined;
  const releaseCanaries = ports.canaries ? createCanaries(ports.canaries) : undefined;
  return async () => {
    const account = await ports.readAccount();
    const { sendRatePerSecond: rate } = account;
    const results = await Promise.allSettled([
      carryRate(account, ports),
      turnSwitches(account, ports),
      releaseCanaries?.(account, ports.clock()),
    ]);
    if (rate !== undefined && rate !== toldRate) tellConcurrency(rate, ports);
    toldRate = rate;
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
}

/** An account that may not send needs no rate; dispatch keeps the last one. */
async function carryRate(account: SesAccount, { writeSendRate }: AccountPorts): Promise<void> {
  const { sendRatePerSecond: rate, sendingEnabled, shutDown } = account;
  if (rate !== undefined) await writeSendRate(rate);
  else if (sendingEnabled && !shutDown)
    throw new Error('SES named no send rate; dispatch keeps the last one, the next run asks again');
}

/** One stream's trouble does not keep the others from being switched; the run fails at its end. */
async function turnSwitches(account: SesAccount, ports: AccountPorts): Promise<void> {
  const known = await ports.readSwitches();
  const now = ports.clock();
  const streams = Object.entries(ports.streams);
  const turned = await Promise.allSettled(
    streams.map(([stream, { mappings }]) =>
      turnSwitch({ stream, mappings, account, known: known.get(stream) ?? unknown }, ports, now),
    ),
  );
  const { dailyQuota, sentLast24Hours } = account;
  ports.measure({
    quotaUsedPercent: dailyQuota > 0 ? (100 * sentLast24Hours) / dailyQuota : 0,
    sendingEnabled: account.sendingEnabled && !account.shutDown ? 1 : 0,
    inReview: account.inReview ? 1 : 0,
    switchedOff: streams.flatMap(([stream], index) => {
      const result = turned[index];
      return result?.status === 'fulfilled' && isStopped(result.value) ? [stream] : [];
    }),
  });
  for (const result of turned) if (result.status === 'rejected') throw result.reason;
}

/** A stream that drains sends no more than one that is off. A spent quota has a number of its own, and frees itself. */
function isStopped({ on, drainUntil, reason }: SwitchState): boolean {
  return (!on || drainUntil !== undefined) && reason !== 'quota-spent';
}

const unknown: KnownSwitch = { state: neverSwitched, ours: [] };

/** The template sizes dispatch for the rate it was told; SES may grant more later. */
function tellConcurrency(ratePerSecond: number, { streams, log }: AccountPorts): void {
  const needed = Object.values(streams).map(({ recipients }) =>
    environmentsFor(ratePerSecond, recipients),
  );
  const short = Object.values(streams).some(
    ({ environments }, index) => environments < (needed[index] ?? 0),
  );
  if (short)
    log('account.rate-unused', {
      ratePerSecond,
      message: `SES grants ${ratePerSecond} recipients a second, more than dispatch was sized for; set limits.initialSendRatePerSecond to ${ratePerSecond} and remove limits.dispatchConcurrency or set it to ${Math.max(...needed)}, then deploy`,
    });
}
