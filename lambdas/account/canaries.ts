import type { SesAccount } from '../../adapters/ses-account.ts';
import type { CanaryPlan } from '../../contract/environment.ts';
import { type EpochMs, minuteMs } from '../../domain/time.ts';

/** One canary, and the way that it takes. */
export type Canary = { readonly from: string; readonly stream: string; readonly pool: string };

export type CanaryPorts = {
  readonly plan: CanaryPlan;
  /** Sends from an address through a pool's configuration set of a stream. */
  readonly send: (canary: Canary) => Promise<void>;
  /** Until when dispatch has leased tokens: nothing was sent long after it. */
  readonly lastLeaseAt: () => Promise<EpochMs>;
  readonly failure: (error: unknown) => void;
};

/**
 * How often a canary of each stream leaves: 2,880 in thirty days if mail leaves all the time, 0.29 USD a stream
 * at SES's 0.10 USD a thousand; nothing while no mail leaves.
 */
export const canaryEveryMs = 15 * minuteMs;

/** In the middle of the quarters by which the alarm on silence counts, so that the news fall into the same one. */
const offsetMs = 7 * minuteMs;

/** The function runs every minute. */
const runEveryMs = minuteMs;

/**
 * Returns the work of one run: once in a quarter of an hour, if mail has left since the one before, one mail of
 * each stream of which SES reports failures alone goes to a mailbox that bounces. Its event proves that events
 * arrive. The pools of a stream take turns. A canary that cannot be sent is told and harms no run.
 */
export function createCanaries(
  ports: CanaryPorts,
): (account: SesAccount, now: EpochMs) => Promise<void> {
  let lastSlot: number | undefined;
  return async (account, now) => {
    const slot = Math.floor((now - offsetMs) / canaryEveryMs);
    const isFirstRunOfSlot = now - offsetMs - slot * canaryEveryMs < runEveryMs;
    const isDue = lastSlot === undefined ? isFirstRunOfSlot : slot !== lastSlot;
    lastSlot = slot;
    if (!isDue || !account.sendingEnabled || account.shutDown) return;
    try {
      if ((await ports.lastLeaseAt()) < now - canaryEveryMs) return;
      await sendAll(ports, slot);
    } catch (error) {
      ports.failure(error);
    }
  };
}

/** One after another: a new account may send one mail a second. */
async function sendAll({ plan, send, failure }: CanaryPorts, slot: number): Promise<void> {
  for (const [stream, pools] of Object.entries(plan.streams)) {
    const pool = pools[slot % pools.length];
    if (pool === undefined) continue;
    try {
      await send({ from: plan.from, stream, pool });
    } catch (error) {
      failure(error);
    }
  }
}
