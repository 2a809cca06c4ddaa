/** What the console's server asks for what it tells; a test hands in one of its own. */
import type {
  DeedAnswer,
  Deeds,
  PreviewQuestion,
  SuppressionAnswer,
  SuppressionQuestion,
  TraceAnswer,
  TraceQuestion,
} from './lookup-model.ts';
import type { MailPreview } from './mail-preview.ts';
import type {
  ConsoleEvents,
  DecisionPage,
  DecisionRow,
  DecisionView,
  Hello,
  Parts,
} from './model.ts';
import type { LiveRehearsal, Rehearsal, RehearsalStart, ScenarioRow } from './rehearsal-model.ts';

export type PartName = keyof Parts;

/** How a part is read, and how long the console waits between two readings. */
export type PartReader<T> = { readonly read: () => Promise<T>; readonly everyMs: number };

/** One of the two rehearsals: one at a time, whoever starts the second is told so. */
export type Stage<Start, State> = {
  readonly state: () => State;
  /** Told each new state until the function that it returns is called. */
  readonly watch: (told: (state: State) => void) => () => void;
  readonly start: (start: Start) => Promise<State>;
  readonly stop: () => Promise<State>;
};

export type DecisionReader = {
  readonly page: (given: {
    readonly before?: string;
    readonly limit: number;
  }) => Promise<DecisionPage>;
  readonly find: (id: string) => Promise<DecisionView | undefined>;
  /** Rows that are new or have changed since it was asked last. */
  readonly news: () => Promise<readonly DecisionRow[]>;
  readonly everyMs: number;
};

export type ConsoleSource = {
  readonly hello: Omit<Hello, 'operate' | 'serverAt'>;
  readonly parts: { readonly [K in PartName]: PartReader<Parts[K]> };
  readonly decisions: DecisionReader;
  readonly trace: (question: TraceQuestion) => Promise<TraceAnswer>;
  readonly suppression: (question: SuppressionQuestion) => Promise<SuppressionAnswer>;
  readonly preview: (question: PreviewQuestion) => Promise<MailPreview>;
  readonly scenarios: () => Promise<readonly ScenarioRow[]>;
  readonly rehearsal: Stage<RehearsalStart, Rehearsal>;
  readonly live: Stage<Record<string, never>, LiveRehearsal>;
  /** Absent where the console only looks. */
  readonly deeds?: { readonly [K in keyof Deeds]: (deed: Deeds[K]) => Promise<DeedAnswer> };
  /** One sentence for people on what went wrong, without anything secret. */
  readonly explain: (error: unknown) => string;
};

/** An event of the stream, with its name. */
export type ConsoleEvent = {
  readonly [K in keyof ConsoleEvents]: { readonly event: K; readonly data: ConsoleEvents[K] };
}[keyof ConsoleEvents];
