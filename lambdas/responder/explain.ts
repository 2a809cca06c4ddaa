/** What is said of an incident: from the facts to plain words. */
import type { AlarmKind } from '../../contract/alarm-kinds.ts';
import type { AllowanceItem } from '../../contract/items.ts';
import type { AutomationItem, OrderItem, StandingItem } from '../../contract/rotation-items.ts';
import type { Findings } from '../../domain/incidents/model.ts';
import { sesHoldReasons } from '../../domain/reasons.ts';
import { deedOf } from '../../domain/rotation/explain.ts';
import { isTold } from '../../domain/rotation/is-told.ts';
import type { Brake, Decision } from '../../domain/rotation/model.ts';
import { clockOf, mailsOf, reasonOf } from '../../domain/rotation/words.ts';
import type { SwitchState } from '../../domain/sending-switch.ts';
import { type EpochMs, epochMs, minuteMs } from '../../domain/time.ts';

/** A metric alarm that rings, with what its description says of it. */
export type Ring = {
  readonly kind: AlarmKind;
  readonly about: string;
  readonly reason: string;
  readonly text: string;
};

/** What stands; empty where it does not explain this kind. */
export type Facts = {
  readonly now: EpochMs;
  readonly rings: readonly Ring[];
  readonly decisions: readonly Decision[];
  readonly switches: ReadonlyMap<string, SwitchState>;
  readonly automation?: AutomationItem;
  readonly orders: readonly OrderItem[];
  readonly standings: readonly StandingItem[];
  readonly allowances: readonly AllowanceItem[];
};

/** More is for `alarms show` and `decisions list`. */
const ringsMax = 8;
const sentencesMax = 5;
const decisionsMax = 3;

/** Lines of a list, and characters of one: all that is open stands in one item, and that may hold 400 KB. */
const linesMax = 8;
const lineMax = 300;

/** CloudWatch's longest description with room to spare: what an alarm says of itself is never cut. */
const sentenceMax = 1_100;

/** A decision of the loop that people were told of counts for an alarm that rings so long after it. */
export const toldBeforeMs = 30 * minuteMs;

/** Returns what the facts say of an incident of this kind. */
export function explain(kind: AlarmKind, facts: Facts): Findings {
  const { now, rings } = facts;
  const decisions = facts.decisions
    .filter((one) => concerns[kind]?.(one) === true)
    .slice(-decisionsMax);
  // A stream's own alarm says again, at length, what its switch says.
  const isSaid = new Set(kind === 'ses-stopped' ? stoppedOf(facts).map(([stream]) => stream) : []);
  const own = rings.filter((ring) => ring.kind === kind && !isSaid.has(ring.about));
  const sentences = [...(sentencesOf[kind]?.(facts) ?? []), ...own.map(({ text }) => text)];
  return {
    cause: shortened(
      [...new Set(sentences)]
        .filter((text) => text !== '')
        .map((text) => onOneLine(text, sentenceMax)),
    ),
    rings: rings.slice(0, ringsMax).map(({ kind: of, about, reason }) => ({
      alarm: `${of}.${about}`,
      reason,
    })),
    evidence: bounded(
      decisions.flatMap(({ evidence, counterEvidence }) => [...evidence, ...counterEvidence]),
    ),
    did: bounded(
      decisions
        .filter(({ done }) => done)
        .flatMap(({ actions }) => actions.map((action) => deedOf(action, now))),
    ),
    undo: bounded([
      ...decisions.flatMap(({ done, undo }) => (done && undo !== undefined ? [`npx ${undo}`] : [])),
      ...(undoOf[kind]?.(facts) ?? []),
    ]),
    decisions: decisions.map(({ id }) => id),
  };
}

/**
 * Returns the decision by which people know of this already: the loop told them, or somebody asked for it, so
 * short a time before it rang that it is the same news.
 */
export function knownBy(
  kind: AlarmKind,
  openedAt: EpochMs,
  decisions: readonly Decision[],
): Decision | undefined {
  return decisions.findLast(
    (decision) => decision.at >= openedAt - toldBeforeMs && tells[kind]?.(decision) === true,
  );
}

type Says = (decision: Decision) => boolean;

const holdsTenant: Says = ({ actions }) => actions.some(({ kind }) => kind === 'hold-tenant');
const quarantines: Says = ({ actions }) =>
  actions.some(
    (action) =>
      action.kind === 'quarantine-ip' ||
      (action.kind === 'quarantine' && action.standing.state === 'quarantined'),
  );

/** By these the loop has stopped itself. */
const stoppedItself: readonly (Brake | undefined)[] = [
  'too-many-holds',
  'same-cause-twice',
  'stale-feedback',
];
const stopsItself: Says = ({ brake }) => stoppedItself.includes(brake);
const findsNothingWarm: Says = ({ brake }) => brake === 'nothing-warm';

/** Who asked for a deed knows of it; what a brake kept the loop from, only a page tells. */
const isKnown: Says = (decision) =>
  decision.done && (isTold(decision) || decision.by !== undefined);

/** Decisions that are what a kind rings for, and that people have heard of. */
const tells: Readonly<Partial<Record<AlarmKind, Says>>> = {
  'pool-quarantined': (decision) => quarantines(decision) && isKnown(decision),
  'tenant-held': (decision) => holdsTenant(decision) && isKnown(decision),
  'no-warm-capacity': (decision) => findsNothingWarm(decision) && isTold(decision),
  'rotation-frozen': (decision) => stopsItself(decision) && isTold(decision),
};

/** Decisions that help to explain a kind. */
const concerns: Readonly<Partial<Record<AlarmKind, Says>>> = {
  'pool-quarantined': quarantines,
  'tenant-held': holdsTenant,
  'no-warm-capacity': findsNothingWarm,
  'rotation-frozen': (decision) => stopsItself(decision) || decision.brake === 'frozen',
  'bounce-rate': holdsTenant,
  'complaint-rate': holdsTenant,
};

/** What the facts say where they say more than the alarm's own description. */
const sentencesOf: Readonly<Partial<Record<AlarmKind, (facts: Facts) => readonly string[]>>> = {
  'ses-stopped': stoppedStreams,
  'ses-quota': stoppedStreams,
  'mail-stuck': stoppedStreams,
  'pool-quarantined': ({ standings, now }) =>
    quarantined(standings).map(
      ({ pool, provider, since, why, until }) =>
        `Pool ${pool} takes no mail to ${provider === '*' ? 'anybody' : provider} since ${clockOf(since, now)}${why === undefined ? '' : ` (${reasonOf(why)})`}${until === undefined ? '' : `; at ${clockOf(until, now)} it is looked at again`}.`,
    ),
  'tenant-held': ({ orders, now }) =>
    tenantHolds(orders).map(
      ({ region, until }) =>
        `Held: ${mailsOf(region)}, until ${clockOf(until, now)}; then a trickle first.`,
    ),
  'no-warm-capacity': ({ orders, standings, allowances, now }) => [
    ...orders
      .filter(({ region }) => region.tenant === undefined && region.pool !== undefined)
      .map(({ region, until }) => `Held: ${mailsOf(region)}, until ${clockOf(until, now)}.`),
    ...quarantined(standings).map(({ pool }) => `Pool ${pool} is quarantined.`),
    ...allowances.flatMap((one) => usedUp(one, now)),
  ],
  'rotation-frozen': ({ automation, now }) =>
    automation === undefined || automation.state === 'on'
      ? []
      : [
          `Automation is at ${automation.state} since ${clockOf(automation.at, now)}, by ${automation.by}: ${automation.why}.`,
        ],
};

const undoOf: Readonly<Partial<Record<AlarmKind, (facts: Facts) => readonly string[]>>> = {
  'tenant-held': ({ orders, now }) =>
    tenantHolds(orders).map(
      ({ id, until }) =>
        `npx goodstanding orders lift ${id} (it ends by itself at ${clockOf(until, now)})`,
    ),
  'rotation-frozen': ({ automation }) =>
    automation === undefined || automation.state === 'on'
      ? []
      : ['npx goodstanding automation on --why "…"'],
};

/** One cause is one sentence, however many streams it stops. */
function stoppedStreams(facts: Facts): readonly string[] {
  const alike = Map.groupBy(
    stoppedOf(facts),
    ([, { since, reason }]) =>
      `since ${clockOf(since, facts.now)}${reason === undefined ? '' : ` (${reason}: ${sesHoldReasons[reason]})`}.`,
  );
  return [...alike].map(([since, group]) => {
    const streams = group.map(([stream]) => stream).toSorted();
    return `SES takes no mail of the ${streams.length === 1 ? 'stream' : 'streams'} ${streams.join(', ')} ${since}`;
  });
}

function stoppedOf({ switches }: Facts): readonly (readonly [string, SwitchState])[] {
  return [...switches].filter(([, { on, drainUntil }]) => !on || drainUntil !== undefined);
}

/** The day's cap first: it lasts longer than the hour's. */
function usedUp(
  { pool, provider, cap, left, resetsAt, dayCap, dayLeft = 1, dayResetsAt }: AllowanceItem,
  now: EpochMs,
): readonly string[] {
  const of = (most: number, until: number) => [
    `Pool ${pool} has sent all that it may to ${provider}, ${most}, until ${clockOf(epochMs(until), now)}.`,
  ];
  if (dayCap !== undefined && dayResetsAt !== undefined && dayLeft <= 0 && now < dayResetsAt)
    return of(dayCap, dayResetsAt);
  return left <= 0 && now < resetsAt ? of(cap, resetsAt) : [];
}

function quarantined(standings: readonly StandingItem[]): readonly StandingItem[] {
  return standings.filter(({ state }) => state === 'quarantined');
}

function tenantHolds(orders: readonly OrderItem[]): readonly OrderItem[] {
  return orders.filter(({ kind, region }) => kind === 'hold' && region.tenant !== undefined);
}

function shortened(sentences: readonly string[]): string {
  const more = sentences.length - sentencesMax;
  return [...sentences.slice(0, sentencesMax), ...(more > 0 ? [`And ${more} more.`] : [])].join(
    ' ',
  );
}

function bounded(lines: readonly string[]): readonly string[] {
  return lines.slice(0, linesMax).map((line) => onOneLine(line, lineMax));
}

/** What a person wrote, such as why, may be long and of several lines. */
function onOneLine(text: string, charactersMax: number): string {
  return text.replace(/\s+/g, ' ').slice(0, charactersMax);
}
