import type { Signal } from '../classification/reasons.ts';
import { type EpochMs, epochMs, hourMs } from '../time.ts';
import { getOrAdd } from './get-or-add.ts';
import type { EvidenceBook, Failure, Region } from './model.ts';
import { unknown } from './owners.ts';
import { bucketStart, finestMs } from './roll-up.ts';
import { doingSignals } from './surges.ts';

/** A region worth a verdict. */
export type Suspect = { readonly region: Region; readonly signal: Signal };

/** Failures of one tenant or identity within this time make it worth a look. */
const lookBackMs = hourMs;
const failuresMin = 2;

/**
 * Returns what is to be judged after failures were heard: their pools at their providers always; the provider
 * when several pools fail there; tenants and identities, alone and at that provider, from their second
 * failure within an hour on, where all that a sender does counts together. Whatever else may be wrong, the schedule finds.
 */
export function suspectsOf(
  failures: readonly Failure[],
  book: EvidenceBook,
  now: EpochMs,
): readonly Suspect[] {
  const found = new Map<string, Suspect>();
  const add = (suspect: Suspect) => found.set(nameOf(suspect), suspect);
  const again = new Map<string, boolean>();
  const failedAgain = (suspect: Suspect) =>
    getOrAdd(again, nameOf(suspect), () => hasFailedAgain(book, suspect, now));
  const poolsOf = poolsByPlace(failures);
  for (const { origin, signal } of failures) {
    const { tenant, identity, pool, provider } = origin;
    add({ signal, region: { pool, provider } });
    if ((poolsOf.get(`${signal}\n${provider}`)?.size ?? 0) > 1)
      add({ signal, region: { provider } });
    for (const region of [{ tenant }, { identity }]) {
      if (Object.values(region).includes(unknown)) continue;
      if (!failedAgain({ signal, region })) continue;
      add({ signal, region });
      add({ signal, region: { ...region, provider } });
    }
  }
  return [...found.values()];
}

function hasFailedAgain(book: EvidenceBook, { region, signal }: Suspect, now: EpochMs): boolean {
  const since = bucketStart(now - lookBackMs, finestMs);
  const until = epochMs(now + finestMs);
  const isDoing = doingSignals.some((one) => one === signal);
  const together = isDoing ? doingSignals : [signal];
  let failed = 0;
  for (const { weight } of book.eachFailure(together, { since, until, within: region })) {
    failed += Math.max(1, weight);
    if (failed >= failuresMin) return true;
  }
  return false;
}

/** Pools by signal and provider. */
function poolsByPlace(failures: readonly Failure[]): ReadonlyMap<string, ReadonlySet<string>> {
  const pools = new Map<string, Set<string>>();
  for (const { signal, origin } of failures)
    getOrAdd(pools, `${signal}\n${origin.provider}`, () => new Set<string>()).add(origin.pool);
  return pools;
}

function nameOf({ signal, region }: Suspect): string {
  return [signal, ...Object.entries(region).flat()].join('\n');
}
