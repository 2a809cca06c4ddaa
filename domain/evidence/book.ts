import type { Signal } from '../classification/reasons.ts';
import { dayMs, type EpochMs, epochMs } from '../time.ts';
import { mayExceed } from './bounds.ts';
import { addToLog, createLog, plus, rollLog, totalOf } from './bucket-log.ts';
import { getOrAdd } from './get-or-add.ts';
import { createHeard, type Heard } from './heard.ts';
import {
  addCounted,
  addFailureTo,
  addMails,
  addSingle,
  replaceSingle,
  rollLedger,
} from './ledger.ts';
import { bringsSignal } from './maturity.ts';
import type { Cell, EvidenceBook, Failure, Region, Sent } from './model.ts';
import {
  createOriginIndex,
  type OriginIndex,
  type OriginRecord,
  singleFailures,
} from './origin-index.ts';
import { isKeptSingly } from './roll-up.ts';
import { countsIn, sentIn, seriesOf } from './series.ts';
import { isWithin } from './within.ts';

/** How often everything is rolled up in place; logs that grow do it earlier, and readers see no difference. */
const sweepMs = dayMs;

/**
 * Regions that are kept at hand. One that sends all the time has up to 700 buckets of 16 bytes, twice where
 * complaints count apart, and room for as many again: together at most 46 MB.
 */
const ledgersMaxDefault = 1024;

/**
 * Returns an empty book. What it answers depends on what was added and on the latest `rollUp` alone, never
 * on the order of either. `ledgersMax` regions that were asked for are kept at hand; what the others say
 * takes longer to find.
 */
export function createBook({
  ledgersMax = ledgersMaxDefault,
}: {
  readonly ledgersMax?: number;
} = {}): EvidenceBook {
  const index = createOriginIndex(ledgersMax);
  const known = new Map<string, Failure>();
  const heard = createHeard();
  let rolledTo = epochMs(0);
  let sweptAt = epochMs(0);
  const count = ({ origin, at, count: value }: Sent) => {
    const record = index.recordOf(origin);
    const mails = { at, value, rolledTo };
    addToLog(record.sent, mails, plus);
    for (const ledger of record.ledgers) addMails(ledger, origin.provider, mails);
  };
  return {
    addSent: count,
    void: (sent) => count({ ...sent, count: -sent.count }),
    addFailure: (failure) => {
      const before = known.get(failure.key);
      if (before !== undefined) {
        if (failure.heardAt < before.heardAt)
          hearEarlier({ index, known, heard }, { before, failure });
        return false;
      }
      known.set(failure.key, failure);
      heard.add(failure);
      addTo(index.recordOf(failure.origin), failure, rolledTo);
      return true;
    },
    addOldFailure: (failure) => addCountedTo(index.recordOf(failure.origin), failure, rolledTo),
    series: (region, signal, window) => seriesOf(index, { region, signal, rolledTo, ...window }),
    counts: (region, signal, window) => countsIn(index, { region, signal, rolledTo, ...window }),
    sent: (region, signal, window) => sentIn(index, { region, signal, rolledTo, ...window }),
    mayExceed: (region, signal, question) =>
      region.ip !== undefined ||
      mayExceed(index.ledgerOf(region), { signal, rolledTo, ...question }),
    cells: (signals, window) => cellsOf(index, signals, { ...window, rolledTo }),
    failures: (signals, window) =>
      [...failuresOf({ index, heard }, signals, { ...window, rolledTo })].sort(
        (a, b) => a.sentAt - b.sentAt || (a.key < b.key ? -1 : 1),
      ),
    eachFailure: (signals, window) =>
      failuresOf({ index, heard }, signals, { ...window, rolledTo }),
    failing: ({ within, ...window }) => failingIn(index, within, { ...window, rolledTo }),
    rollUp: (now) => {
      if (now > rolledTo) rolledTo = now;
      if (rolledTo - sweptAt < sweepMs) return;
      sweptAt = rolledTo;
      sweep({ index, known, heard }, rolledTo);
    },
  };
}

type View = {
  readonly since: EpochMs;
  readonly until: EpochMs;
  readonly rolledTo: EpochMs;
  readonly within?: Region;
  readonly heardAfter?: EpochMs;
};

type Kept = {
  readonly index: OriginIndex;
  readonly known: Map<string, Failure>;
  readonly heard: Heard;
};

function addTo(record: OriginRecord, failure: Failure, rolledTo: EpochMs): void {
  countFailure(record, failure, rolledTo);
  addSingle(record.failures, failure);
  for (const ledger of record.ledgers) addFailureTo(ledger, failure, rolledTo);
}

function addCountedTo(record: OriginRecord, failure: Failure, rolledTo: EpochMs): void {
  countFailure(record, failure, rolledTo);
  for (const ledger of record.ledgers) addCounted(ledger, failure, rolledTo);
}

function countFailure(record: OriginRecord, failure: Failure, rolledTo: EpochMs): void {
  const { signal, sentAt: at, weight: value, vouched } = failure;
  const add = (logs: OriginRecord['failed']) =>
    addToLog(
      getOrAdd(logs, signal, () => createLog<number>()),
      { at, value, rolledTo },
      plus,
    );
  add(record.failed);
  if (vouched) add(record.vouched);
}

/** Keeps the earliest news of a failure, so that which of two repeats came first makes no difference. */
function hearEarlier(
  { index, known, heard }: Kept,
  { before, failure }: { readonly before: Failure; readonly failure: Failure },
): void {
  const earlier = { ...before, heardAt: failure.heardAt };
  known.set(before.key, earlier);
  heard.replace(before, earlier);
  const { failures, ledgers } = index.recordOf(before.origin);
  const list = failures.get(before.signal);
  list?.splice(list.indexOf(before), 1, earlier);
  for (const ledger of ledgers) replaceSingle(ledger, before, earlier);
}

function* failuresOf(
  { index, heard }: Pick<Kept, 'index' | 'heard'>,
  signals: readonly Signal[],
  view: View,
): Iterable<Failure> {
  const { since, until, rolledTo, within = {}, heardAfter } = view;
  const isOf = ({ ip }: Failure) => within.ip === undefined || within.ip === ip;
  if (heardAfter !== undefined) {
    for (const failure of heard.after(heardAfter))
      if (
        signals.includes(failure.signal) &&
        failure.sentAt >= since &&
        failure.sentAt < until &&
        isKeptSingly(failure, rolledTo) &&
        isWithin(failure, within) &&
        isOf(failure)
      )
        yield failure;
    return;
  }
  for (const record of index.near(within))
    if (record.failures.size > 0 && isWithin(record, within))
      for (const failure of singleFailures(record, signals, view)) if (isOf(failure)) yield failure;
}

function failingIn(index: OriginIndex, { ip, ...region }: Region, view: View): readonly Signal[] {
  const { since, until, rolledTo } = view;
  const isOf = (failure: Failure) =>
    failure.sentAt < until &&
    isKeptSingly(failure, rolledTo) &&
    (ip === undefined || failure.ip === ip);
  const failing = ([, list]: readonly [Signal, readonly Failure[]]) => {
    for (let at = list.length - 1; at >= 0; at -= 1) {
      const failure = list[at];
      if (failure === undefined || failure.sentAt < since) return false;
      if (isOf(failure)) return true;
    }
    return false;
  };
  return [...index.ledgerOf(region).singles].filter(failing).map(([signal]) => signal);
}

function cellsOf(index: OriginIndex, signals: readonly Signal[], view: View): readonly Cell[] {
  const { ip: _, ...within } = view.within ?? {};
  const relevant = (record: OriginRecord) =>
    isWithin(record, within) &&
    signals.some((signal) => bringsSignal(record.origin.provider, signal));
  const cells: Cell[] = [];
  for (const record of index.near(within)) {
    const cell = relevant(record) ? cellOf(record, signals, view) : undefined;
    if (cell) cells.push(cell);
  }
  return cells;
}

function cellOf(record: OriginRecord, signals: readonly Signal[], view: View): Cell | undefined {
  const sumOf = (logs: OriginRecord['failed']) =>
    logs.size === 0 ? 0 : signals.reduce((sum, signal) => sum + total(logs.get(signal), view), 0);
  const failed = sumOf(record.failed);
  const sent = Math.max(0, totalOf(record.sent, view));
  if (sent <= 0 && failed <= 0) return undefined;
  const ips = new Map<string, number>();
  const single = failed > 0 ? [...singleFailures(record, signals, view)] : [];
  for (const { ip, weight } of single)
    if (ip !== undefined) ips.set(ip, (ips.get(ip) ?? 0) + weight);
  return {
    origin: record.origin,
    sent,
    failed,
    vouched: sumOf(record.vouched),
    ips,
    recipientDomains: new Set(single.map(({ recipientDomain }) => recipientDomain)),
  };
}

function total(log: OriginRecord['sent'] | undefined, view: View): number {
  return log === undefined ? 0 : totalOf(log, view);
}

/** Rolls everything up in place, and forgets old failures, their keys, and origins without mail. */
function sweep({ index, known, heard }: Kept, rolledTo: EpochMs): void {
  for (const ledger of index.ledgers()) rollLedger(ledger, rolledTo);
  for (const { origins } of index.pairs())
    for (const record of origins) {
      for (const log of [record.sent, ...record.failed.values(), ...record.vouched.values()])
        rollLog(log, rolledTo, plus);
      for (const [signal, list] of record.failures)
        record.failures.set(
          signal,
          list.filter((failure) => isKeptSingly(failure, rolledTo)),
        );
      const hasFailures = [...record.failed.values()].some(({ starts }) => starts.length > 0);
      if (record.sent.starts.length === 0 && !hasFailures) index.forget(record);
    }
  heard.forget(rolledTo);
  for (const [key, failure] of known) if (!isKeptSingly(failure, rolledTo)) known.delete(key);
}
