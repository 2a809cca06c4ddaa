import type { Signal } from '../../domain/classification/reasons.ts';
import { baselineOf, type Past, pastOf, populationOf } from '../../domain/evidence/baseline.ts';
import type { EvidenceBook, Region } from '../../domain/evidence/model.ts';
import { keptMs } from '../../domain/evidence/roll-up.ts';
import { type EpochMs, epochMs, hourMs } from '../../domain/time.ts';

/** What is normal for a region, undefined where nobody's past says so. */
export type Normal = (region: Region, signal: Signal) => number | undefined;

/** A past ends a day ago and is counted in six hours, so it changes no more often. */
const freshMs = 6 * hourMs;

/**
 * Tenants that stand for all: the rate that 95 % of them stay below has a standard error of one in a hundred
 * of them, and the book keeps as many regions at hand and more, so that the next signal finds them there.
 */
const populationMax = 500;

/**
 * Returns a function that says what is normal for tenants: their own past, drawn towards everybody's. What it has
 * found it remembers for six hours. Pools and providers have no past of their own: what they may, all may.
 */
export function createBaselines(): (book: EvidenceBook, now: EpochMs) => Normal {
  let until = 0;
  const rates = new Map<string, number | undefined>();
  const populations = new Map<Signal, ReturnType<typeof populationOf>>();
  return (book, now) => {
    if (now >= until) {
      until = now + freshMs;
      rates.clear();
      populations.clear();
    }
    const population = (signal: Signal) => {
      if (!populations.has(signal))
        populations.set(signal, populationOf(pastsOf(book, signal, now)));
      return populations.get(signal);
    };
    return (region, signal) => {
      if (region.tenant === undefined) return undefined;
      const key = JSON.stringify([signal, region]);
      if (!rates.has(key)) {
        const all = population(signal);
        rates.set(key, all && baselineOf(pastOf(book, { region, signal }, { now }), all));
      }
      return rates.get(key);
    };
  };
}

function pastsOf(book: EvidenceBook, signal: Signal, now: EpochMs): readonly Past[] {
  const cells = book.cells([signal], { since: epochMs(now - keptMs), until: now });
  const tenants = [...new Set(cells.map(({ origin }) => origin.tenant))].sort();
  const step = Math.max(1, tenants.length / populationMax);
  const some = tenants.filter(
    (_, index) => Math.floor((index + 1) / step) > Math.floor(index / step),
  );
  return some.map((tenant) => pastOf(book, { region: { tenant }, signal }, { now }));
}
