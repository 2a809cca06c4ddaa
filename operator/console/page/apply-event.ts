import type { ConsoleEvents, DecisionRow, Incidents, Overview } from '../model.ts';
import type { PageState } from './state.ts';

/** A server's event with its data read. */
export type ToldEvent = {
  readonly [Name in keyof ConsoleEvents]: {
    readonly event: Name;
    readonly data: ConsoleEvents[Name];
  };
}[keyof ConsoleEvents];

type Appliers = {
  readonly [Name in keyof ConsoleEvents]: (
    state: PageState,
    data: ConsoleEvents[Name],
  ) => Partial<PageState>;
};

/** How each event changes what is shown. */
const appliers: Appliers = {
  hello: (_, hello) => ({ hello }),
  flow: (_, flow) => ({ flow }),
  overview: (state, overview) => ({
    overview,
    ...said(verdictChange(state.overview.value, overview.value)),
  }),
  incidents: (state, incidents) => ({
    incidents,
    ...said(newIncidents(state.incidents.value, incidents.value)),
  }),
  pools: (_, pools) => ({ pools }),
  orders: (_, orders) => ({ orders }),
  tenants: (_, tenants) => ({ tenants }),
  'decisions-new': ({ decisions }, rows) => ({
    decisions: { ...decisions, rows: mergeDecisions(decisions.rows, rows) },
    ...said(rows.length === 0 ? '' : `New decision: ${rows[0]?.what ?? ''}`),
  }),
  'decisions-reload': ({ decisions }) => ({ decisions: { rows: decisions.rows, state: 'not' } }),
  rehearsal: (state, rehearsal) => ({
    rehearsal,
    ...said(
      state.rehearsal?.state === 'running' && rehearsal.state !== 'running'
        ? `The rehearsal is ${rehearsal.state}.`
        : '',
    ),
  }),
  live: (state, live) => ({
    live,
    ...said(live.phase === state.live?.phase ? '' : (live.steps.at(-1)?.text ?? '')),
  }),
  beat: () => ({}),
};

/** Returns what is shown after an event of the server, which was heard at `heardAt`. */
export function applyEvent(state: PageState, told: ToldEvent, heardAt: number): PageState {
  return {
    ...state,
    ...changeBy(state, told),
    connection: { state: 'open', heardAt },
  };
}

/** Returns rows with those of `added` put in by id, newest first. */
export function mergeDecisions(
  rows: readonly DecisionRow[],
  added: readonly DecisionRow[],
): readonly DecisionRow[] {
  const newer = new Map(added.map((row) => [row.id, row]));
  const kept = rows.filter(({ id }) => !newer.has(id));
  return [...newer.values(), ...kept].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
}

function changeBy<Name extends keyof ConsoleEvents>(
  state: PageState,
  { event, data }: { readonly event: Name; readonly data: ConsoleEvents[Name] },
): Partial<PageState> {
  // A newer server may tell what this page does not know.
  return Object.hasOwn(appliers, event) ? appliers[event](state, data) : {};
}

function said(text: string): { readonly said?: string } {
  return text === '' ? {} : { said: text };
}

function verdictChange(before: Overview | undefined, after: Overview | undefined): string {
  if (before === undefined || after === undefined || before.verdict === after.verdict) return '';
  return after.verdict === 'ok' ? 'All is well again.' : (after.findings[0]?.text ?? '');
}

function newIncidents(before: Incidents | undefined, after: Incidents | undefined): string {
  if (before === undefined || after === undefined) return '';
  const known = new Set(before.rows.map(({ id }) => id));
  const opened = after.rows.filter(({ id, state }) => state === 'open' && !known.has(id));
  return opened.map(({ title }) => `New incident: ${title}.`).join(' ');
}
