import { packLater, unpackLater } from '../../adapters/later-mail.ts';
import { contentFolders } from '../../contract/names.ts';
import { type LaterMail, laterKey, readLaterKey } from '../../contract/waiting-mail.ts';
import { epochMs, minuteMs } from '../../domain/time.ts';
import { lookAheadMs, returnDue } from '../../lambdas/due/due.ts';
import type { DuePorts } from '../../lambdas/due/ports.ts';
import type { Faults } from './faults.ts';
import type { Intake } from './intake.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The folder of mail that waits for a time, and the function that returns it. */
export type Later = {
  readonly put: (mail: LaterMail, messageId: string) => Promise<void>;
  /** Keys that wait, earliest first. */
  readonly keys: () => readonly string[];
  readonly read: (key: string) => Promise<LaterMail | 'unreadable' | undefined>;
  /** Runs the due function once, with some ports replaced; rejects where it fails as a whole. */
  readonly run: (over?: Partial<DuePorts>) => Promise<void>;
  /** When the schedule next finds something to return; undefined when nothing waits. */
  readonly nextAt: () => number | undefined;
  readonly late: number[];
  readonly left: Map<string, number>;
};

const everyMs = 5 * minuteMs;
const pageSize = 1_000;

export function createLater(world: {
  readonly bucket: Map<string, Uint8Array>;
  readonly intake: Intake;
  readonly time: VirtualTime;
  readonly faults: Faults;
}): Later {
  const { bucket, intake, time, faults } = world;
  const late: number[] = [];
  const left = new Map<string, number>();
  const keys = () =>
    [...bucket.keys()].filter((key) => key.startsWith(contentFolders.later)).sort();
  const read = async (key: string) => {
    const bytes = bucket.get(key);
    return bytes && unpackLater(bytes);
  };
  const ports = (): DuePorts => ({
    streams: ['transactional', 'marketing'],
    clock: time.clock,
    stopAt: epochMs(time.clock() + everyMs),
    listLater: async function* () {
      const all = keys();
      for (let first = 0; first < all.length; first += pageSize)
        yield faults.run('listLater', async () => all.slice(first, first + pageSize));
    },
    readLater: (key) => faults.run('readLater', () => read(key)),
    deleteLater: (gone) =>
      faults.run('deleteLater', async () => {
        for (const key of gone) bucket.delete(key);
        return 0;
      }),
    send: (_stream, bodies) =>
      faults.run('sendDue', async () => bodies.map((one) => intake.put(one.body, one) !== '')),
    tally: {
      returned: () => undefined,
      late: (milliseconds) => late.push(milliseconds),
      left: (why, _key, count = 1) => left.set(why, (left.get(why) ?? 0) + count),
      write: () => undefined,
    },
  });
  return {
    put: (mail, messageId) =>
      faults.run('putLater', async () => {
        bucket.set(laterKey(mail, messageId), await packLater(mail));
      }),
    keys,
    read,
    run: (over = {}) => faults.invocation(() => returnDue({ ...ports(), ...over })),
    nextAt: () => {
      const [first] = keys().flatMap((key) => readLaterKey(key)?.dueMinute ?? []);
      return first === undefined
        ? undefined
        : Math.max(nextTick(time.clock()), nextTick(first - lookAheadMs - 1));
    },
    late,
    left,
  };
}

/** The next instant at which the schedule starts the function. */
function nextTick(after: number): number {
  return (Math.floor(after / everyMs) + 1) * everyMs;
}
