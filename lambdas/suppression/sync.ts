import type { ImportCursor } from '../../adapters/import-cursor.ts';
import type { Removal } from '../../adapters/ses-removals.ts';
import type { SesListPage, SesSuppressed } from '../../adapters/ses-suppression.ts';
import type { Suppression } from '../../adapters/suppression-store.ts';
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
  readonly forgetRemoval: (removal: Removal) => Promise<void>;
  /** Why an address is on SES's list, undefined when it is not. */
  readonly readSesReason: (address: string) => Promise<string | undefined>;
  readonly removeFromSes: (address: string) => Promise<boolean>;
  readonly readCursor: () => Promise<ImportCursor>;
  readonly writeCursor: (cursor: ImportCursor) => Promise<void>;
  readonly listSes: (page: {
    readonly since: EpochMs;
    readonly token?: string;
  }) => Promise<SesListPage | 'stale-token'>;
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

/** Entries written to our list at once. */
const parallel = 25;

/**
 * Brings SES's account list and ours in step: first the addresses that must come off SES's list, then
 * what SES has added. Ours decides; an entry caused by a block comes off both. Removals get at most half
 * of the run, so that neither part can starve the other. Idempotent, resumable.
 */
export async function syncSuppressions(ports: SyncPorts): Promise<SyncReport> {
  const paced = createPace(ports);
  const started = ports.clock();
  const half = epochMs(started + (ports.deadline - started) / 2);
  const { removed, complete } = await workOffRemovals({ ...ports, deadline: half }, paced);
  const imported = await importSesList(ports, paced);
  return { removed, ...imported, complete: complete && imported.complete };
}

type Pace = <T>(call: () => Promise<T>) => Promise<T>;

async function workOffRemovals(
  ports: SyncPorts,
  paced: Pace,
): Promise<Pick<SyncReport, 'removed' | 'complete'>> {
  let removed = 0;
  for await (const removal of ports.readRemovals()) {
    if (ports.clock() >= ports.deadline) return { removed, complete: false };
    const { address, only } = removal;
    const reason = only ? await paced(() => ports.readSesReason(address)) : undefined;
    if (only === reason) {
      await paced(() => ports.removeFromSes(address));
      removed += 1;
    }
    await ports.forgetRemoval(removal);
  }
  return { removed, complete: true };
}

type ImportReport = Omit<SyncReport, 'removed'>;

/** Reads SES's list page by page; the cursor follows each page, so that the next run goes on from there. */
async function importSesList(ports: SyncPorts, paced: Pace): Promise<ImportReport> {
  const cursor = await ports.readCursor();
  const { until } = cursor;
  let since = epochMs(cursor.pass?.since ?? Math.max(0, until - overlapMs));
  let token = cursor.pass?.token;
  let seen = cursor.pass?.seen ?? until;
  let imported = 0;
  let blocksUndone = 0;
  for (;;) {
    if (ports.clock() >= ports.deadline) return { imported, blocksUndone, complete: false };
    const from = token === undefined ? { since } : { since, token };
    const page = await paced(() => ports.listSes(from));
    if (page === 'stale-token') {
      since = epochMs(Math.max(0, until - overlapMs));
      token = undefined;
      continue;
    }
    const taken = await takePage(page.entries, ports, paced);
    imported += taken.imported;
    blocksUndone += taken.blocksUndone;
    if (!taken.complete) return { imported, blocksUndone, complete: false };
    seen = Math.max(seen, ...page.entries.map(({ at }) => at));
    token = page.token;
    if (token === undefined) break;
    await ports.writeCursor({ until, pass: { since, token, seen } });
  }
  await ports.writeCursor({ until: seen });
  return { imported, blocksUndone, complete: true };
}

async function takePage(
  entries: readonly SesSuppressed[],
  ports: SyncPorts,
  paced: Pace,
): Promise<ImportReport> {
  const known = entries.flatMap((entry) => {
    const address = parseAddress(entry.address);
    return isAddress(address) ? [{ entry, key: recipientKey(address, ports.recipientSecret) }] : [];
  });
  const blocked = await ports.readBlocked(known.map(({ key }) => key));
  const isBlock = ({ entry, key }: (typeof known)[number]) =>
    entry.reason === 'BOUNCE' && blocked.has(key);
  const wanted = known.filter((each) => !isBlock(each));
  let imported = 0;
  for (let from = 0; from < wanted.length; from += parallel) {
    const chunk = wanted.slice(from, from + parallel);
    const added = await Promise.all(
      chunk.map(({ entry, key }) => ports.addSuppression(importedEntry(entry, key))),
    );
    imported += added.filter((each) => each).length;
  }
  let blocksUndone = 0;
  for (const { entry } of known.filter(isBlock)) {
    // A page of removals takes longer than a whole run may.
    if (ports.clock() >= ports.deadline) return { imported, blocksUndone, complete: false };
    await paced(() => ports.removeFromSes(entry.address));
    blocksUndone += 1;
  }
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
