/** The words of incidents: what rings, what belongs together, and what people have been told. */
import type { EpochMs } from '../time.ts';

/**
 * `settling`: it rings, and for a moment one waits whether something rings that explains it; `open`: it rings;
 * `ending`: it is silent, and for a while one waits whether it stays so; `closed`.
 */
export const incidentStatuses = ['settling', 'open', 'ending', 'closed'] as const;
export type IncidentStatus = (typeof incidentStatuses)[number];

/** What is told about an incident: that it began, that more of it rings, that it goes on, that it is over. */
export const tellingReasons = ['opened', 'more', 'again', 'over'] as const;
export type TellingReason = (typeof tellingReasons)[number];

/** What an alarm said at an instant. */
export type News = {
  readonly kind: string;
  readonly state: 'alarm' | 'ok';
  readonly at: EpochMs;
};

/** What is known of one kind of alarm: when it rang last, and when it was silent last. */
export type Ringing = {
  readonly rangAt?: EpochMs;
  readonly silentAt?: EpochMs;
  /** The latest ringing that has become part of an incident. */
  readonly bookedAt?: EpochMs;
};

/** A kind of alarm that belongs to an incident: the first is what it is about, the others are consequences. */
export type Part = {
  readonly kind: string;
  readonly since: EpochMs;
  /** Absent while it rings. */
  readonly until?: EpochMs;
};

/** One word to people. It is claimed before it is said, so that of two who would say it one does. */
export type Telling = {
  readonly why: TellingReason;
  readonly claimedAt: EpochMs;
  readonly toldAt?: EpochMs;
  /** SNS's id of the notice; or the decision of the loop that had told it before. */
  readonly notice?: string;
  readonly byDecision?: string;
};

/** What the evidence says of an incident, in plain words; it holds no address of a person. */
export type Findings = {
  /** Which stream, pool, provider, tenant or function, and why: one sentence or a few. */
  readonly cause: string;
  /** Metric alarms that ring, without the deployment's name, with what CloudWatch says of them. */
  readonly rings: readonly { readonly alarm: string; readonly reason: string }[];
  readonly evidence: readonly string[];
  /** What the system has done already. */
  readonly did: readonly string[];
  /** Commands that take it back, and until when there is time. */
  readonly undo: readonly string[];
  /** Ids of the decisions of the loop that concern it. */
  readonly decisions: readonly string[];
};

/** Trouble of one cause, with everything that follows from it. */
export type Incident = {
  readonly id: string;
  readonly kind: string;
  readonly status: IncidentStatus;
  readonly openedAt: EpochMs;
  readonly closedAt?: EpochMs;
  readonly parts: readonly Part[];
  /** Metric alarms of its kind that have rung since it began; absent while none was seen. */
  readonly alarms?: readonly string[];
  readonly tellings: readonly Telling[];
  readonly findings?: Findings;
  /** Who has it in hand: then nobody is told again. */
  readonly acked?: { readonly at: EpochMs; readonly by: string; readonly why: string };
  /** Who fired it for a test; absent where it is real. */
  readonly testedBy?: string;
  /** The incident whose consequence this turned out to be. */
  readonly partOf?: string;
};

/** A test that somebody has announced: until then this kind may ring for it. */
export type AnnouncedTest = {
  readonly kind: string;
  readonly by: string;
  readonly since: EpochMs;
  readonly until: EpochMs;
};

/** All that is open, and what every kind of alarm said last. */
export type Board = {
  readonly ringing: Readonly<Record<string, Ringing>>;
  readonly incidents: readonly Incident[];
  readonly tests: readonly AnnouncedTest[];
};

/** What the rules of incidents must know of a kind of alarm. */
export type KindRule = {
  readonly severity: 'page' | 'ticket';
  /** Kinds whose consequence this may be. */
  readonly causedBy: readonly string[];
  /** For so long it must be silent to be over. @default quietMs of settle.ts */
  readonly quietMs?: number;
};

/** A metric alarm, by what it is about, and since when it rings. */
export type RingingAlarm = { readonly about: string; readonly since: EpochMs };

/** When, and by which rules; a kind without a rule belongs to nobody. */
export type Moment = {
  readonly now: EpochMs;
  /** By kind; what can cause others stands before them, so that there are no circles. */
  readonly rules: ReadonlyMap<string, KindRule>;
  /** Metric alarms that ring, by kind; absent where CloudWatch did not say. */
  readonly alarms?: ReadonlyMap<string, readonly RingingAlarm[]>;
};
