import { setTimeout as pause } from 'node:timers/promises';
import type { EventHub } from './event-hub.ts';
import type { Reading } from './model.ts';
import type { ConsoleSource, PartReader } from './source.ts';

/** Reads a deployment while somebody looks. */
export type Watching = {
  /** Reads everything that is due, now that a page is open. */
  readonly wake: () => void;
  /** Ends with the last reading, so that what is read from may be closed after it. */
  readonly stop: () => Promise<void>;
};

/** A part that does not answer within this time is told as a problem, and asked again at its next turn. */
const patienceMs = 20_000;

/**
 * Reads each part of a deployment at its own pace while a page is open, and tells the pages what it reads. A
 * reading that fails leaves the last good value, with the reason beside it.
 */
export function watchSource(source: ConsoleSource, hub: EventHub): Watching {
  const { rehearsal, live, decisions } = source;
  const stopping = new AbortController();
  const { signal } = stopping;
  const { flow, overview, incidents, pools, orders, tenants } = source.parts;
  const turns = [
    turnOf(overview, (data) => hub.tell({ event: 'overview', data }), source),
    turnOf(flow, (data) => hub.tell({ event: 'flow', data }), source),
    turnOf(pools, (data) => hub.tell({ event: 'pools', data }), source),
    turnOf(orders, (data) => hub.tell({ event: 'orders', data }), source),
    turnOf(incidents, (data) => hub.tell({ event: 'incidents', data }), source),
    turnOf(tenants, (data) => hub.tell({ event: 'tenants', data }), source),
    {
      everyMs: decisions.everyMs,
      // What fails here fails for the page's own question too, which is told why.
      take: async () => {
        const rows = await decisions.news().catch(() => []);
        if (rows.length > 0) hub.tell({ event: 'decisions-new', data: rows });
      },
    },
  ];
  let wake = Promise.withResolvers<void>();
  const running = turns.map((turn) =>
    repeat(turn, { signal, isWatched: () => hub.listeners() > 0, woken: () => wake.promise }),
  );
  hub.tell({ event: 'rehearsal', data: rehearsal.state() });
  hub.tell({ event: 'live', data: live.state() });
  const leave = [
    rehearsal.watch((data) => hub.tell({ event: 'rehearsal', data })),
    live.watch((data) => hub.tell({ event: 'live', data })),
  ];
  return {
    wake: () => {
      wake.resolve();
      wake = Promise.withResolvers();
    },
    stop: async () => {
      for (const end of leave) end();
      stopping.abort();
      wake.resolve();
      await Promise.all(running);
    },
  };
}

type Turn = { readonly everyMs: number; readonly take: () => Promise<void> };

async function repeat(
  { everyMs, take }: Turn,
  {
    signal,
    isWatched,
    woken,
  }: {
    readonly signal: AbortSignal;
    readonly isWatched: () => boolean;
    readonly woken: () => Promise<void>;
  },
): Promise<void> {
  while (!signal.aborted) {
    if (!isWatched()) {
      await woken();
      continue;
    }
    await take();
    await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

function turnOf<T>(
  { read, everyMs }: PartReader<T>,
  tell: (reading: Reading<T>) => void,
  { explain }: Pick<ConsoleSource, 'explain'>,
): Turn {
  let last: Reading<T> = { at: 0 };
  return {
    everyMs,
    take: async () => {
      const before = last.problem;
      try {
        last = { at: Date.now(), value: await withPatience(read()) };
      } catch (error) {
        last = { ...last, problem: explain(error) };
        // A trouble that lasts is told once; the value keeps its age.
        if (last.problem === before) return;
      }
      tell(last);
    },
  };
}

async function withPatience<T>(reading: Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  const late = pause(patienceMs, undefined, { signal: giveUp.signal, ref: false }).then(() => {
    throw new Error(`no answer within ${patienceMs / 1000} s`);
  });
  // Whoever is second is nobody's failure.
  late.catch(() => undefined);
  try {
    return await Promise.race([reading, late]);
  } finally {
    giveUp.abort();
  }
}
