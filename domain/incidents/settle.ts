/** What becomes of incidents: which ringing belongs to which, and what ends. */
import { type EpochMs, epochMs, minuteMs } from '../time.ts';
import { begin, clockSkewMs, hasPart, homeOf, isLive, withPart } from './belonging.ts';
import { rings } from './hear.ts';
import type { AnnouncedTest, Board, Incident, Moment } from './model.ts';
import { partWays } from './part-ways.ts';
import { tell } from './tell.ts';

/** A word that is to be said now. */
export type Due = { readonly incident: string; readonly why: Incident['tellings'][number]['why'] };

/**
 * A cause may ring so much later than what it causes: SES's standing is asked once a minute, what functions
 * measure arrives within a minute, and CloudWatch evaluates an alarm once a minute.
 */
export const settleMs = 3 * minuteMs;

/** For so long it must be silent, if its kind says nothing else: what rings again sooner is the same trouble. */
export const quietMs = 10 * minuteMs;

export type Settled = {
  readonly board: Board;
  readonly due: readonly Due[];
  /** Incidents that are finished and leave the board with this. */
  readonly finished: readonly Incident[];
};

/**
 * Returns the board as it stands at a moment, and what is to be told. Each ringing becomes part of exactly one
 * incident; one whose cause is open, or opens while it settles, tells nobody by itself.
 */
export function settle(board: Board, moment: Moment): Settled {
  const tests = board.tests.filter(({ until }) => until > moment.now);
  // A kind may have had another name before a deploy: then nobody could say a word about it.
  const known = board.incidents.filter(({ kind }) => moment.rules.has(kind));
  const booked = book(endTests({ ...board, tests, incidents: known }, moment), moment);
  const standing = booked.incidents.map((incident) => withParts(incident, booked));
  const told = joinCauses(partWays(standing, moment), moment)
    .map((incident) => withStatus(incident, moment))
    .map((incident) => tell(incident, moment));
  const incidents = told.map(({ incident }) => incident);
  return {
    board: { ...booked, incidents: incidents.filter((one) => !isFinished(one)) },
    due: told.flatMap(({ incident, why }) => (why ? [{ incident: incident.id, why }] : [])),
    finished: incidents.filter(isFinished),
  };
}

/** Returns whether an incident is closed and everything about it told; its own record stays. */
export function isFinished({ status, tellings }: Incident): boolean {
  return status === 'closed' && tellings.every(({ toldAt }) => toldAt !== undefined);
}

/** A test whose announcement is gone while its kind still rings: it rings for another reason, and is booked anew. */
function endTests(board: Board, { now }: Moment): Board {
  const ringing = { ...board.ringing };
  const incidents = board.incidents.map((incident) => {
    const { testedBy, kind, status } = incident;
    const isAnnounced = board.tests.some((test) => test.kind === kind);
    if (testedBy === undefined || status === 'closed' || isAnnounced) return incident;
    const { bookedAt: _, ...known } = ringing[kind] ?? {};
    if (rings(known)) ringing[kind] = known;
    return { ...incident, status: 'closed' as const, closedAt: now };
  });
  return { ...board, ringing, incidents };
}

/** Every ringing that is in no incident yet: it goes on with one, follows from one, or begins one. */
function book(board: Board, { rules }: Moment): Board {
  const ringing = { ...board.ringing };
  let incidents = board.incidents;
  for (const [kind, rule] of rules) {
    const known = ringing[kind];
    const since = known?.rangAt;
    if (!known || since === undefined || since <= (known.bookedAt ?? -1)) continue;
    ringing[kind] = { ...known, bookedAt: since };
    const test = board.tests.find((one) => isOf(one, kind, since));
    const home = homeOf({ kind, ...rule }, incidents, test);
    incidents = home
      ? incidents.map((one) => (one.id === home.id ? withPart(one, { kind, since }) : one))
      : [...incidents, begin({ kind, since }, rule, { test })];
  }
  return { ...board, ringing, incidents };
}

function isOf(test: AnnouncedTest, kind: string, at: EpochMs): boolean {
  return test.kind === kind && test.since - clockSkewMs <= at && at <= test.until;
}

/** Its parts, as far as they still ring. A closed incident stays as it was. */
function withParts(incident: Incident, { ringing }: Board): Incident {
  if (incident.status === 'closed') return incident;
  return {
    ...incident,
    parts: incident.parts.map(({ kind, since }) => {
      const known = ringing[kind];
      const until = rings(known) ? undefined : known?.silentAt;
      return { kind, since, ...(until === undefined ? {} : { until }) };
    }),
  };
}

/** What turns out to follow from another incident becomes a part of it. */
function joinCauses(incidents: readonly Incident[], { now, rules }: Moment): readonly Incident[] {
  let joined = incidents;
  for (const [kind, { causedBy }] of rules) {
    const effect = joined.find((one) => isLive(one) && one.kind === kind);
    const cause = joined.find(
      (one) => isLive(one) && one.id !== effect?.id && hasPart(one, causedBy),
    );
    if (!effect || !cause) continue;
    joined = joined.map((one) => {
      if (one.id === effect.id)
        return { ...one, status: 'closed', closedAt: now, partOf: cause.id };
      return one.id === cause.id ? effect.parts.reduce(withPart, one) : one;
    });
  }
  return joined;
}

function withStatus(incident: Incident, { now, rules }: Moment): Incident {
  const { status, openedAt, parts, testedBy } = incident;
  if (status === 'closed' || (status === 'settling' && now < openedAt + settleMs)) return incident;
  const ends = parts.flatMap(({ until }) => until ?? []);
  if (ends.length < parts.length) return { ...incident, status: 'open' };
  const silentAt = epochMs(Math.max(...ends));
  // A test needs no second thought; but its notice comes first.
  const quiet = rules.get(incident.kind)?.quietMs ?? quietMs;
  const isOver = testedBy === undefined ? now >= silentAt + quiet : wasTold(incident);
  return isOver
    ? { ...incident, status: 'closed', closedAt: silentAt }
    : { ...incident, status: 'ending' };
}

function wasTold({ tellings }: Incident): boolean {
  return tellings.some(({ toldAt }) => toldAt !== undefined);
}
