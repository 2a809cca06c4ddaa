import { createLiveMirror } from '../../../operator/console/live-stage.ts';
import type { DecisionRow } from '../../../operator/console/model.ts';
import type { Rehearsal, RehearsalStart } from '../../../operator/console/rehearsal-model.ts';
import { serveConsole } from '../../../operator/console/serve.ts';
import type { ConsoleSource, Stage } from '../../../operator/console/source.ts';

/** A source that knows little, with what a test says in place of it. */
export function newSource(given: Partial<ConsoleSource> = {}): ConsoleSource {
  return {
    hello: {
      deployment: 'test',
      target: 'local',
      label: 'a test',
      by: 'tester',
      runbookUrl: '/runbook',
      usdPerHour: 0,
    },
    parts: {
      flow: { read: async () => ({ minutes: [], rows: [], remarks: [] }), everyMs: 10_000 },
      overview: {
        read: async () => ({
          verdict: 'ok',
          findings: [],
          streams: [],
          automation: { state: 'on', words: 'the loop acts' },
        }),
        everyMs: 10_000,
      },
      incidents: { read: async () => ({ rows: [], alarms: [] }), everyMs: 10_000 },
      pools: { read: async () => ({ pools: [], providers: [], shares: [] }), everyMs: 10_000 },
      orders: { read: async () => [], everyMs: 10_000 },
      tenants: { read: async () => ({ rows: [], windowMs: 1, remarks: [] }), everyMs: 10_000 },
    },
    decisions: {
      page: async () => ({ rows: [] }),
      find: async () => undefined,
      news: async () => [],
      everyMs: 10_000,
    },
    trace: async () => ({ mails: [], others: [], remarks: [], itemsRead: 0 }),
    suppression: async ({ address }) => ({ address, entries: [] }),
    preview: async () => ({ found: false, headers: [], attachments: [] }),
    scenarios: async () => [],
    rehearsal: stillStage({ state: 'idle', progress: 0, simulatedMs: 0, acts: [] }),
    live: createLiveMirror(),
    explain: (error) => (error instanceof Error ? error.message : 'unknown'),
    ...given,
  };
}

function stillStage(state: Rehearsal): Stage<RehearsalStart, Rehearsal> {
  const same = async () => state;
  return { state: () => state, watch: () => () => undefined, start: same, stop: same };
}

/** A line of the time line. */
export function newRow(given: Partial<DecisionRow> = {}): DecisionRow {
  return {
    id: 'a1b2c3d4e5f6',
    at: 1_767_225_600_000,
    what: 'pool a takes no mail to microsoft',
    kinds: ['quarantine'],
    state: 'done',
    autonomy: 'act',
    paged: false,
    ...given,
  };
}

/** Page files as small as they can be. */
const page = new Map([['/', { type: 'text/html; charset=utf-8', text: '<!doctype html>' }]]);

/** A console that is served, and a way to ask it. */
export async function openTestConsole(source: ConsoleSource) {
  const served = await serveConsole({ source, page: async () => page, port: 0 });
  const at = `http://127.0.0.1:${served.port}`;
  const own = { 'x-console-token': served.token };
  return {
    ...served,
    at,
    get: (path: string, headers: Readonly<Record<string, string>> = own) =>
      fetch(`${at}${path}`, { headers }),
    post: (path: string, body: unknown, headers: Readonly<Record<string, string>> = own) =>
      fetch(`${at}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  };
}

/** Returns what an answer holds; a test says what it must be. */
export async function readJson(answer: Response) {
  return JSON.parse(await answer.text());
}
