import type { Signal } from '../classification/reasons.ts';
import { type EpochMs, epochMs, hourMs } from '../time.ts';
import { addToLog, createLog, rollLog, visitLog } from './bucket-log.ts';
import { bringsSignal } from './maturity.ts';
import type { Cell, EvidenceBook, Failure, Region, Sent } from './model.ts';
import {
  createOriginIndex,
  getOrAdd,
  isKeptSingly,
  isWithin,
  type OriginIndex,
  type OriginRecord,
  singleFailures,
} from './origin-index.ts';
import { seriesOf } from './series.ts';
import { type GroupedFailures, groupOf, joinGroups } from './shared-count.ts';

/** How often everything is rolled up in place; logs that grow do it earlier, and readers see no difference. */
const sweepMs = 6 * hourMs;

/**
 * Returns an empty book. What it answers depends on what was added and on the latest `rollUp` alone, never
 * on the order of either.
 */
export function createBook(): EvidenceBook {
  const index = createOriginIndex();
  const known = new Map<string, Failure>();
  let rolledTo = epochMs(0);
  let sweptAt = epochMs(0);
  const count = ({ origin, at, count: value }: Sent) => {
    const record = index.recordOf(origin);
    addToLog(record.sent, { at, value, rolledTo }, plus);
    for (const level of record.pair.levels) addToLog(level.sent, { at, value, rolledTo }, plus);
  };
  return {
    addSent: count,
    void: (sent) => count({ ...sent, count: -sent.count }),
    addFailure: (failure) => {
      const before = known.get(failure.key);
      if (before !== undefined) {
        if (failure.heardAt < before.heardAt) hearEarlier(index, known, { before, failure });
        return false;
      }
      known.set(failure.key, failure);
      addFailureTo(index.recordOf(failure.origin), failure, rolledTo);
      return true;
    },
    series: (region, signal, window) => seriesOf(index, { region, signal, rolledTo, ...window }),
    cells: (signals, window) => cellsOf(index, signals, { ...window, rolledTo }),
    failures: (signals, window) => {
      const found: Failure[] = [];
      for (const record of index.near(window.within ?? {}))
        if (isWithin(record, window.within ?? {}))
          for (const failure of singleFailures(record, signals, { ...window, rolledTo }))
            if (window.within?.ip === undefined || window.within.ip === failure.ip)
              found.push(failure);
      return found.sort((a, b) => a.sentAt - b.sentAt || (a.key < b.key ? -1 : 1));
    },
    rollUp: (now) => {
      if (now > rolledTo) rolledTo = now;
      if (rolledTo - sweptAt < sweepMs) return;
      sweptAt = rolledTo;
      sweep(index, known, rolledTo);
    },
  };
}

type View = {
  readonly since: EpochMs;
  readonly until: EpochMs;
  readonly rolledTo: EpochMs;
  readonly within?: Region;
};

const plus = (a: number, b: number): number => a + b;

function addFailureTo(record: OriginRecord, failure: Failure, rolledTo: EpochMs): void {
  const { signal, sentAt: at, weight, vouched } = failure;
  const add = (map: OriginRecord['failed'], value: number) =>
    addToLog(
      getOrAdd(map, signal, () => createLog<number>()),
      { at, value, rolledTo },
      plus,
    );
  add(record.failed, weight);
  if (vouched) add(record.vouched, weight);
  for (const { bucketMs, failed } of record.pair.levels) {
    const log = getOrAdd(failed, signal, () => createLog<GroupedFailures>(bucketMs));
    addToLog(log, { at, value: groupOf(failure), rolledTo }, joinGroups);
  }
  getOrAdd(record.failures, signal, () => []).push(failure);
}

/** Keeps the earliest news of a failure, so that which of two repeats came first makes no difference. */
function hearEarlier(
  index: OriginIndex,
  known: Map<string, Failure>,
  { before, failure }: { readonly before: Failure; readonly failure: Failure },
): void {
  const earlier = { ...before, heardAt: failure.heardAt };
  known.set(before.key, earlier);
  const list = index.recordOf(before.origin).failures.get(before.signal);
  list?.splice(list.indexOf(before), 1, earlier);
}

function cellsOf(index: OriginIndex, signals: readonly Signal[], view: View): readonly Cell[] {
  const { ip: _, ...within } = view.within ?? {};
  const relevant = (record: OriginRecord) =>
    isWithin(record, within) &&
    signals.some((signal) => bringsSignal(record.origin.provider, signal));
  return [...index.near(within)]
    .filter(relevant)
    .map((record) => cellOf(record, signals, view))
    .filter(({ sent, failed }) => sent > 0 || failed > 0);
}

function cellOf(record: OriginRecord, signals: readonly Signal[], view: View): Cell {
  const sumOf = (logs: OriginRecord['failed']) =>
    signals.reduce((sum, signal) => sum + total(logs.get(signal), view), 0);
  const failed = sumOf(record.failed);
  const ips = new Map<string, number>();
  const single = failed > 0 ? [...singleFailures(record, signals, view)] : [];
  for (const { ip, weight } of single)
    if (ip !== undefined) ips.set(ip, (ips.get(ip) ?? 0) + weight);
  return {
    origin: record.origin,
    sent: Math.max(0, total(record.sent, view)),
    failed,
    vouched: sumOf(record.vouched),
    ips,
    recipientDomains: new Set(single.map(({ recipientDomain }) => recipientDomain)),
  };
}

function total(log: OriginRecord['sent'] | undefined, view: View): number {
  let sum = 0;
  if (log !== undefined)
    visitLog(log, view, (_, value) => {
      sum += value;
    });
  return sum;
}

/** Rolls everything up in place, and forgets old failures, their keys, and origins without mail. */
function sweep(index: OriginIndex, known: Map<string, Failure>, rolledTo: EpochMs): void {
  for (const pair of index.pairs()) {
    for (const { sent, failed } of pair.levels) {
      rollLog(sent, rolledTo, plus);
      for (const log of failed.values()) rollLog(log, rolledTo, joinGroups);
    }
    for (const record of pair.origins) {
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
  }
  for (const [key, failure] of known) if (!isKeptSingly(failure, rolledTo)) known.delete(key);
}
