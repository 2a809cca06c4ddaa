/** All that the page shows is a function of this; nothing else remembers anything. */
import type { Deeds, Preview, SuppressionAnswer, TraceAnswer } from '../lookup-model.ts';
import type { DecisionRow, DecisionView, Hello, Readings } from '../model.ts';
import type { LiveRehearsal, Rehearsal, ScenarioRow } from '../rehearsal-model.ts';
import { type Route, readRoute } from './route.ts';
import type { TraceForm } from './trace-form.ts';

export type PageState = Readings & {
  readonly now: number;
  readonly route: Route;
  readonly theme: Theme;
  readonly connection: Connection;
  readonly hello?: Hello;
  readonly decisions: DecisionList;
  readonly rehearsal?: Rehearsal;
  readonly live?: LiveRehearsal;
  readonly scenarios: Asked<readonly ScenarioRow[]>;
  /** The newest words for a screen reader; each is read out once. */
  readonly said: string;
  /** A refusal that stays in sight until it is closed; empty where there is none. */
  readonly notice: string;
  /** Where each long table stands, by its name. */
  readonly tables: Readonly<Record<string, TablePlace>>;
  readonly flowChoice: FlowChoice;
  readonly decisionChoice: DecisionChoice;
  readonly tenantChoice: TenantChoice;
  /** The cell of the pool matrix that is explained: `pool provider`. */
  readonly poolCell: { readonly pool: string; readonly provider: string } | undefined;
  readonly detail: Asked<DecisionView>;
  readonly traceForm: TraceForm;
  readonly trace: Asked<TraceAnswer>;
  readonly preview: Asked<Preview>;
  /** The message whose preview was asked for. */
  readonly previewOf: string;
  readonly suppression: Asked<SuppressionAnswer>;
  readonly scenario: { readonly name?: string; readonly seed: number };
  readonly deed: OpenDeed | undefined;
};

/** The first row that is drawn, and the one that the arrow keys are on. */
export type TablePlace = { readonly first: number; readonly cursor: number };

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** `heardAt` is when the server was last heard, 0 before the first time. */
export type Connection = {
  readonly state: 'opening' | 'open' | 'lost' | 'refused';
  readonly heardAt: number;
  readonly problem?: string;
};

/** An answer that was asked for by hand. */
export type Asked<T> = {
  readonly state: 'not' | 'asking' | 'answered' | 'failed';
  readonly value?: T;
  readonly problem?: string;
};

export type DecisionList = {
  /** Newest first, without doubles. */
  readonly rows: readonly DecisionRow[];
  readonly state: 'not' | 'loading' | 'whole' | 'failed';
  readonly problem?: string;
};

/** Empty texts stand for all of them. */
export type FlowChoice = {
  readonly stream: string;
  readonly provider: string;
  readonly shownAs: 'plot' | 'table';
  /** Index of the minute under the pointer. */
  readonly minute: number | undefined;
};

export type DecisionChoice = {
  readonly kind: string;
  readonly state: string;
  readonly words: string;
};

export const tenantColumns = ['tenant', 'status', 'signal', 'sent', 'rate', 'lnEvidence'] as const;
export type TenantColumn = (typeof tenantColumns)[number];

export type TenantChoice = {
  readonly words: string;
  readonly sortBy: TenantColumn;
  readonly order: 'ascending' | 'descending';
};

/** A deed that a person is asked about before it is done. */
export type OpenDeed = {
  readonly [Name in keyof Deeds]: {
    readonly name: Name;
    readonly title: string;
    /** What it does, in a sentence. */
    readonly means: string;
    readonly body: Omit<Deeds[Name], 'why'>;
    readonly state: 'asking' | 'doing' | 'done' | 'failed';
    readonly text?: string;
  };
}[keyof Deeds];

/** Returns what a page shows before it has heard anything. */
export function firstState(now: number, hash: string, theme: Theme): PageState {
  const unread = { at: 0 };
  return {
    now,
    route: readRoute(hash),
    theme,
    connection: { state: 'opening', heardAt: 0 },
    flow: unread,
    overview: unread,
    incidents: unread,
    pools: unread,
    orders: unread,
    tenants: unread,
    decisions: { rows: [], state: 'not' },
    scenarios: { state: 'not' },
    said: '',
    notice: '',
    tables: {},
    poolCell: undefined,
    deed: undefined,
    flowChoice: { stream: '', provider: '', shownAs: 'plot', minute: undefined },
    decisionChoice: { kind: '', state: '', words: '' },
    tenantChoice: { words: '', sortBy: 'lnEvidence', order: 'descending' },
    detail: { state: 'not' },
    traceForm: { by: 'messageId', value: '', tenant: '', since: '', until: '' },
    trace: { state: 'not' },
    preview: { state: 'not' },
    previewOf: '',
    suppression: { state: 'not' },
    scenario: { seed: 1 },
  };
}
