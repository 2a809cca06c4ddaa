/** All mail of one region in one place, so that nothing need be added up over its origins when it is read. */
import type { Signal } from '../classification/reasons.ts';
import { addToLog, type BucketLog, createLog, plus, rollLog } from './bucket-log.ts';
import { getOrAdd } from './get-or-add.ts';
import { bringsSignal, hasFeedbackLoop } from './maturity.ts';
import type { Failure, Region } from './model.ts';
import { isKeptSingly, widthsMs } from './roll-up.ts';
import { type GroupedFailures, groupOf, joinGroups, ungrouped } from './shared-count.ts';
import { isShared } from './within.ts';

export type Ledger = {
  readonly region: Region;
  readonly sent: BucketLog<number>;
  /** The part of it that providers with a feedback loop got; absent where the region names its provider. */
  readonly looped?: BucketLog<number>;
  /** Failures by signal in buckets of every width, narrowest first: joining groups takes longer than adding. */
  readonly failed: Map<Signal, readonly BucketLog<GroupedFailures>[]>;
  /** Failures while they are kept one by one, by when their mail was sent. */
  readonly singles: Map<Signal, Failure[]>;
  /** Failures that were added since the ledger is kept, weighted: bounds grow by these. */
  readonly added: Map<Signal, number>;
  /** By signal and width of buckets. */
  readonly bounds: Map<string, Bound>;
};

/** The largest sum of evidence that buckets since an instant gave, when so much had been added. */
export type Bound = {
  readonly since: number;
  readonly tolerated: number;
  readonly added: number;
  readonly lnLargest: number;
};

/** Returns a ledger without mail; `region` has no address, whose mail nobody knows. */
export function createLedger(region: Region): Ledger {
  return {
    region,
    sent: createLog(),
    ...(region.provider === undefined && { looped: createLog<number>() }),
    failed: new Map(),
    singles: new Map(),
    added: new Map(),
    bounds: new Map(),
  };
}

/** Mail of one instant, or of one bucket of another log. */
type Mails = { readonly at: number; readonly value: number; readonly rolledTo: number };

/** Adds mail to a provider. */
export function addMails(ledger: Ledger, provider: string, mails: Mails): void {
  // More mail makes evidence weaker; what is taken back makes it stronger.
  if (mails.value < 0) ledger.bounds.clear();
  addToLog(ledger.sent, mails, plus);
  if (ledger.looped !== undefined && hasFeedbackLoop(provider))
    addToLog(ledger.looped, mails, plus);
}

/** Adds a failure, both to its bucket and by itself. */
export function addFailureTo(ledger: Ledger, failure: Failure, rolledTo: number): void {
  addSingle(ledger.singles, failure);
  addCounted(ledger, failure, rolledTo);
}

/** Adds a failure to its bucket alone. */
export function addCounted(ledger: Ledger, failure: Failure, rolledTo: number): void {
  const { signal, sentAt: at, origin } = failure;
  if (!bringsSignal(origin.provider, signal)) return;
  ledger.added.set(signal, (ledger.added.get(signal) ?? 0) + failure.weight);
  const groups = isShared(ledger.region) ? () => groupOf(failure) : () => ungrouped(failure.weight);
  addGroups(ledger, signal, { at, groups, rolledTo });
}

/** Adds failures of one instant; `groups` returns new ones each time, because buckets keep and change them. */
export function addGroups(
  ledger: Ledger,
  signal: Signal,
  {
    at,
    groups,
    rolledTo,
  }: { readonly at: number; readonly groups: () => GroupedFailures; readonly rolledTo: number },
): void {
  const logs = getOrAdd(ledger.failed, signal, () =>
    widthsMs.map((bucketMs) => createLog<GroupedFailures>(bucketMs)),
  );
  for (const log of logs) addToLog(log, { at, value: groups(), rolledTo }, joinGroups);
}

/** Adds a failure to those that are kept one by one, by when their mail was sent. */
export function addSingle(singles: Map<Signal, Failure[]>, failure: Failure): void {
  const list = getOrAdd(singles, failure.signal, () => []);
  let place = list.length;
  while (place > 0 && (list[place - 1]?.sentAt ?? 0) > failure.sentAt) place -= 1;
  list.splice(place, 0, failure);
}

/** Puts other news of the same failure in its place. */
export function replaceSingle({ singles }: Ledger, before: Failure, after: Failure): void {
  const list = singles.get(before.signal);
  list?.splice(list.lastIndexOf(before), 1, after);
}

/** Rolls a ledger up in place; readers see no difference. */
export function rollLedger(ledger: Ledger, rolledTo: number): void {
  rollLog(ledger.sent, rolledTo, plus);
  if (ledger.looped !== undefined) rollLog(ledger.looped, rolledTo, plus);
  for (const logs of ledger.failed.values())
    for (const log of logs) rollLog(log, rolledTo, joinGroups);
  for (const [signal, list] of ledger.singles)
    ledger.singles.set(
      signal,
      list.filter((failure) => isKeptSingly(failure, rolledTo)),
    );
}
