import { addGroups, addMails, addSingle, type Ledger } from './ledger.ts';
import { bringsSignal } from './maturity.ts';
import type { OriginRecord, PairRecord } from './origin-index.ts';
import { joinGroups, noGroups, ungrouped } from './shared-count.ts';
import { holdsPair, isShared } from './within.ts';

/**
 * Fills an empty ledger with all mail of its region that is known: of a region that tenants share from
 * the ledgers of its pairs, because who failures came from is kept longer there than with the origins.
 */
export function fillLedger(
  ledger: Ledger,
  known: { readonly records: readonly OriginRecord[]; readonly pairs: Iterable<PairRecord> },
): void {
  if (!isShared(ledger.region)) for (const record of known.records) addRecord(ledger, record);
  else for (const pair of known.pairs) if (holdsPair(ledger.region, pair)) addPair(ledger, pair);
}

/** All of it has been rolled up before, or need not be, so nothing is rolled up while it is copied. */
const rolledTo = 0;

function addRecord(ledger: Ledger, { origin, sent, failed, failures }: OriginRecord): void {
  for (const [index, at] of sent.starts.entries())
    addMails(ledger, origin.provider, { at, value: sent.values[index] ?? 0, rolledTo });
  for (const [signal, log] of failed) {
    if (!bringsSignal(origin.provider, signal)) continue;
    for (const [index, at] of log.starts.entries())
      addGroups(ledger, signal, { at, groups: () => ungrouped(log.values[index] ?? 0), rolledTo });
  }
  for (const list of failures.values())
    for (const failure of list) addSingle(ledger.singles, failure);
}

function addPair(
  ledger: Ledger,
  { provider, ledger: { sent, failed, singles } }: PairRecord,
): void {
  for (const [index, at] of sent.starts.entries())
    addMails(ledger, provider, { at, value: sent.values[index] ?? 0, rolledTo });
  for (const [signal, [finest]] of failed)
    for (const [index, at] of finest?.starts.entries() ?? [])
      addGroups(ledger, signal, {
        at,
        groups: () => joinGroups(noGroups(), finest?.values[index] ?? noGroups()),
        rolledTo,
      });
  for (const list of singles.values())
    for (const failure of list) addSingle(ledger.singles, failure);
}
