import { readDecisions } from '../../adapters/decision-log.ts';
import { readDecisionPage } from '../../adapters/decision-pages.ts';
import type { Table } from '../../adapters/items.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import { type Clock, dayMs, type EpochMs, epochMs, minuteMs } from '../../domain/time.ts';
import { rowOf, viewOf } from './decision-rows.ts';
import type { DecisionRow } from './model.ts';
import type { DecisionReader } from './source.ts';

/** New ones are written within seconds of their instant. */
const freshMs = 10 * minuteMs;

/** What became of older ones (undone, returned, objected to) is looked for less often. */
const settledEveryMs = minuteMs;
const settledWithinMs = dayMs;

/** Instants of decisions that were listed, so that one is found again without reading all. */
const placesMax = 50_000;

/** Returns the reader of a deployment's decision log; it keeps no decision, only where each stands. */
export function createDecisionReader(
  evidence: Table,
  { clock, everyMs }: { readonly clock: Clock; readonly everyMs: number },
): DecisionReader {
  const places = new Map<string, EpochMs>();
  const known = new Map<string, string>();
  let settledLookAt = 0;
  const place = ({ id, at }: Decision) => {
    const [first] = places.keys();
    if (places.size >= placesMax && first !== undefined) places.delete(first);
    places.set(id, at);
  };
  return {
    everyMs,
    page: async ({ before, limit }) => {
      const asked = { now: clock(), limit, ...(before === undefined ? {} : { before }) };
      const { decisions, next } = await readDecisionPage(evidence, asked);
      for (const decision of decisions) place(decision);
      return { rows: decisions.map(rowOf), ...(next === undefined ? {} : { next }) };
    },
    find: async (id) => {
      const at = places.get(id);
      const found =
        at === undefined ? await search(evidence, id, clock()) : await readAt(evidence, id, at);
      if (found) place(found);
      return found && viewOf(found);
    },
    news: async () => {
      const now = clock();
      const looksAtSettled = now >= settledLookAt + settledEveryMs;
      const backMs = looksAtSettled ? settledWithinMs : freshMs;
      const found = await readDecisions(evidence, epochMs(now - backMs), epochMs(now + freshMs));
      if (looksAtSettled) settledLookAt = now;
      for (const decision of found) place(decision);
      return changed(found.map(rowOf), known, now);
    },
  };
}

/** Returns the rows that were not told so before, and forgets those that nobody asks about any more. */
function changed(
  rows: readonly DecisionRow[],
  known: Map<string, string>,
  now: EpochMs,
): readonly DecisionRow[] {
  const news = rows.filter((row) => {
    const words = JSON.stringify(row);
    const isNew = known.get(row.id) !== words;
    known.set(row.id, words);
    return isNew;
  });
  if (known.size > placesMax)
    for (const row of rows) if (row.at < now - settledWithinMs) known.delete(row.id);
  return news;
}

async function readAt(evidence: Table, id: string, at: EpochMs): Promise<Decision | undefined> {
  // The cursor is the first that sorts behind every decision of this instant.
  const before = `${new Date(at).toISOString()}$`;
  const { decisions } = await readDecisionPage(evidence, {
    now: at,
    before,
    limit: sameInstantMax,
  });
  return decisions.find((one) => one.id === id);
}

/** One run of the loop decides several things at once. */
const sameInstantMax = 50;

/** Pages of the search for a decision that was never listed: an address somebody kept. */
const searchPage = 1_000;

async function search(evidence: Table, id: string, now: EpochMs): Promise<Decision | undefined> {
  let before: string | undefined;
  do {
    const asked = { now, limit: searchPage, ...(before === undefined ? {} : { before }) };
    const { decisions, next } = await readDecisionPage(evidence, asked);
    const found = decisions.find((one) => one.id === id);
    if (found) return found;
    before = next;
  } while (before !== undefined);
  return undefined;
}
