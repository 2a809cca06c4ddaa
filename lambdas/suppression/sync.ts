import type { SesSuppressed } from '../../adapters/ses-suppression.ts';
import type { Removal, Suppression } from '../../adapters/suppression-store.ts';
import { suppressionScope } from '../../contract/table-keys.ts';
import { isAddress, parseAddress, recipientKey } from '../../domain/address.ts';
import { type Clock, type EpochMs, epochMs, hourMs, secondMs } from '../../domain/time.ts';

/** Everything the sync asks of the world. */
export type SyncPorts = {
  readonly clock: Clock;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** When this run must end; what is left waits for the next. */
  readonly deadline: EpochMs;
  readonly recipientSecret: string;
  readonly readRemovals: () => AsyncIterable<Removal>;
  readonly forgetRemoval: (recipientKey: string) => Promise<void>;
  readonly removeFromSes: (address: string) => Promise<boolean>;
  readonly readCursor: () => Promise<EpochMs>;
  readonly writeCursor: (until: EpochMs) => Promise<void>;
  readonly listSes: (page: {
    readonly since: EpochMs;
    readonly token?: string;
  }) => Promise<{ readonly entries: readonly SesSuppressed[]; readonly token?: string }>;
  readonly readBlocked: (recipientKeys: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly addSuppression: (entry: Suppression) => Promise<boolean>;
};

export type SyncReport = {
  readonly removed: number;
  readonly imported: number;
  /** Entries of SES's list that a block of ours had caused. */
  readonly blocksUndone: number;
  readonly complete: boolean;
};

/** SES allows one control-plane call a second. @see https://docs.aws.amazon.com/ses/latest/dg/quotas.html */
const betweenCallsMs = 1.1 * secondMs;

/** Entries may become visible late: each import looks this far back again. */
const overlapMs = hourMs;

/**
 * Brings SES's account list and ours in step: first the addresses that must come off SES's list, then
 * what SES has added. Ours decides; an entry caused by a block comes off both. Idempotent, resumable.
 */
export async function syncSuppressions(ports: SyncPorts): Promise<SyncReport> {
  const paced = createPace(ports);
  const { removed, complete } = await workOffRemovals(ports, paced);
  if (!complete) return { removed, imported: 0, blocksUndone: 0, complete };
  return { removed, ...(await importSesList(ports, paced)) };
}

type Pace = <T>(call: () => Promise<T>) => Promise<T>;

async function workOffRemovals(
  ports: SyncPorts,
  paced: Pace,
): Promise<Pick<SyncReport, 'removed' | 'complete'>> {
  let removed = 0;
  for await (const removal of ports.readRemovals()) {
    if (ports.clock() >= ports.deadline) return { removed, complete: false };
    await paced(() => ports.removeFromSes(removal.address));
    await ports.forgetRemoval(removal.recipientKey);
    removed += 1;
  }
  return { removed, complete: true };
}

async function importSesList(ports: SyncPorts, paced: Pace): Promise<Omit<SyncReport, 'removed'>> {
  const cursor = await ports.readCursor();
  const since = epochMs(Math.max(0, cursor - overlapMs));
  let until = cursor;
  let imported = 0;
  let blocksUndone = 0;
  let token: string | undefined;
  do {
    if (ports.clock() >= ports.deadline) return { imported, blocksUndone, complete: false };
    const from = token;
    const page = await paced(() =>
      ports.listSes(from === undefined ? { since } : { since, token: from }),
    );
    const known = page.entries.flatMap((entry) => {
      const address = parseAddress(entry.address);
      return isAddress(address)
        ? [{ entry, key: recipientKey(address, ports.recipientSecret) }]
        : [];
    });
    const blocked = await ports.readBlocked(known.map(({ key }) => key));
    for (const { entry, key } of known) {
      until = epochMs(Math.max(until, entry.at));
      if (entry.reason === 'BOUNCE' && blocked.has(key)) {
        // A page of removals takes longer than a whole run may.
        if (ports.clock() >= ports.deadline) return { imported, blocksUndone, complete: false };
        await paced(() => ports.removeFromSes(entry.address));
        blocksUndone += 1;
      } else if (await ports.addSuppression(importedEntry(entry, key))) imported += 1;
    }
    token = page.token;
  } while (token !== undefined);
  await ports.writeCursor(until);
  return { imported, blocksUndone, complete: true };
}

function importedEntry({ reason, at }: SesSuppressed, key: string): Suppression {
  return {
    recipientKey: key,
    scope: suppressionScope.global,
    reason: reason === 'BOUNCE' ? 'ses-bounce' : 'ses-complaint',
    source: 'ses-account',
    at,
  };
}

/** Returns a caller that keeps calls to SES far enough apart. */
function createPace(ports: Pick<SyncPorts, 'clock' | 'pause'>): Pace {
  let next = 0;
  return async (call) => {
    const wait = next - ports.clock();
    if (wait > 0) await ports.pause(wait);
    next = ports.clock() + betweenCallsMs;
    return call();
  };
}
