import type { ConsoleSource, Stage } from '../console/source.ts';
import {
  decisionAt,
  flowAt,
  incidentsAt,
  type Names,
  ordersAt,
  overviewAt,
  plainNames,
  poolsAt,
  tenantsAt,
} from './console-data.ts';

/** How large the made-up deployment is, and what its senders call themselves. */
export type MadeUp = {
  readonly decisions: number;
  readonly tenants: number;
  /** @default names that nobody would look at twice */
  readonly names?: Names;
  /** HTML of every mail. */
  readonly html?: string;
  readonly deeds?: ConsoleSource['deeds'];
};

const seldomMs = 5_000;

/** Returns a source for the console's server that reads no deployment: all is made up at once. */
export function madeUpSource(
  { decisions, tenants, names = plainNames, html, deeds }: MadeUp,
  now: number,
): ConsoleSource {
  const part = <T>(value: T) => ({ read: async () => value, everyMs: seldomMs });
  const views = Array.from({ length: decisions }, (_, place) => decisionAt(place, now, names));
  return {
    hello: {
      deployment: 'made-up',
      target: 'local',
      label: 'made up for a measurement',
      by: 'ada',
      runbookUrl: 'https://example.com/runbook',
      usdPerHour: 0,
    },
    parts: {
      flow: part(flowAt(now)),
      overview: part(overviewAt()),
      incidents: part(incidentsAt(now)),
      pools: part(poolsAt(now)),
      orders: part(ordersAt(now, names)),
      tenants: part(tenantsAt(tenants, names)),
    },
    decisions: {
      page: async ({ before, limit }) => {
        const from = before === undefined ? 0 : Number(before);
        const end = Math.min(decisions, from + limit);
        const rows = views
          .slice(from, end)
          .map(({ deeds: _, evidence: __, counterEvidence: ___, whole: ____, ...row }) => row);
        return { rows, ...(end < decisions ? { next: String(end) } : {}) };
      },
      find: async (id) => views.find((one) => one.id === id),
      news: async () => [],
      everyMs: seldomMs,
    },
    trace: async () => ({
      mails: [],
      others: [],
      remarks: ['Nothing is traced here.'],
      itemsRead: 0,
    }),
    suppression: async ({ address }) => ({ address, entries: [] }),
    preview: async () => ({
      found: true,
      subject: names.mail,
      headers: [{ name: 'Subject', value: names.mail }],
      attachments: [],
      ...(html === undefined ? {} : { html }),
    }),
    scenarios: async () => [],
    rehearsal: still({ state: 'idle', progress: 0, simulatedMs: 0, acts: [] }),
    live: still({ phase: 'idle', steps: [], taken: [], refused: [], explanation: [] }),
    ...(deeds ? { deeds } : {}),
    explain: String,
  };
}

/** A rehearsal that nobody starts. */
function still<Start, State>(state: State): Stage<Start, State> {
  return {
    state: () => state,
    watch: () => () => undefined,
    start: async () => state,
    stop: async () => state,
  };
}
