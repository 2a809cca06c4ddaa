import type { EpochMs } from '../../domain/time.ts';
import { carryOut } from './carry-out.ts';
import type { History } from './history.ts';
import type { Pending, RotationPorts } from './ports.ts';
import { failuresMax, setAside } from './set-aside.ts';

/** The list of decisions that were begun. */
export type Begun = {
  /** Finishes what an earlier run began; returns the id of the message that it came from. */
  readonly workOff: (now: EpochMs) => Promise<string | undefined>;
  /** Writes a list down, carries it out and crosses it out. */
  readonly carryOut: (pending: Pending, now: EpochMs) => Promise<void>;
};

/**
 * Returns the list. Written down as begun first, so that a crash between two steps leaves a list to go on with;
 * one that fails too often is set aside, because everything else waits behind it.
 */
export function createBegun(ports: RotationPorts, history: History): Begun {
  let ownLast: string | undefined;
  const finish = async (pending: Pending, now: EpochMs) => {
    try {
      await carryOut(pending.decisions, ports, now);
    } catch (error) {
      const failures = (pending.failures ?? 0) + 1;
      if (failures < failuresMax) {
        await ports.putPending({ ...pending, failures });
        throw error;
      }
      ports.failure(error);
      await setAside(pending.decisions, ports, now);
    }
    await ports.clearPending(pending.messageId);
    ownLast = pending.messageId;
  };
  return {
    workOff: async (now) => {
      const { pending, last } = await ports.readPending();
      // Another environment has written since, perhaps about a decision of days ago.
      if (last !== ownLast) history.forget();
      ownLast = last;
      if (!pending) return undefined;
      await finish(pending, now);
      return pending.messageId;
    },
    carryOut: async (pending, now) => {
      await ports.putPending(pending);
      await finish(pending, now);
    },
  };
}
