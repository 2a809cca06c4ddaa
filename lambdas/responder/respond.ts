import type { AlarmStanding } from '../../adapters/cloudwatch.ts';
import { describeError } from '../../adapters/log.ts';
import { alarmKinds } from '../../contract/alarm-kinds.ts';
import { alarmKindNames, readAlarmName } from '../../contract/alarm-names.ts';
import { isTestReason } from '../../contract/incident.ts';
import { hear, missedNews } from '../../domain/incidents/hear.ts';
import type {
  Board,
  Incident,
  KindRule,
  News,
  RingingAlarm,
} from '../../domain/incidents/model.ts';
import { settle } from '../../domain/incidents/settle.ts';
import { type EpochMs, minuteMs } from '../../domain/time.ts';
import { describeDue, type Word } from './describe-due.ts';
import type { ResponderPorts } from './ports.ts';
import type { Heard } from './read-event.ts';
import { say } from './say.ts';

/** How often alarms are asked how they stand although nothing was heard: an event may be lost. */
const surveyEveryMs = 10 * minuteMs;

const rules: ReadonlyMap<string, KindRule> = new Map(
  alarmKindNames.map((kind) => [kind, alarmKinds[kind]]),
);

/**
 * Takes in what was heard: writes down which incident it belongs to, tells people what is due, and asks the
 * reputation loop to look. What is heard twice or late changes nothing. While all is silent a tick costs one read.
 */
export async function respond({ news, tickAt }: Heard, ports: ResponderPorts): Promise<void> {
  // A tick that waited or is tried again stands for a time that is over: nothing is done as if it were then.
  const now = latest(tickAt, ports.clock());
  const { board } = await ports.readBoard();
  const isQuiet = board.incidents.length === 0 && board.tests.length === 0;
  if (news.length === 0 && isQuiet && (tickAt ?? now) % surveyEveryMs >= minuteMs) return;
  // Without an answer the news alone count: people must hear of them all the same.
  const alarms = await ports.readRinging().catch((error: unknown) => {
    ports.log('responder.alarms-unreadable', describeError(error));
    return undefined;
  });
  const { words, changed } = await turn({ news, now, alarms }, ports);
  const results = await Promise.allSettled([
    say(words, ports),
    ...changed.map(({ kind, state, at }) => ports.askRotation(`${kind}: ${state}`, String(at))),
  ]);
  const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  for (const error of failed) ports.log('responder.failed', describeError(error));
  // Lambda hands the event in again; what was done by then is known and not done twice.
  if (failed.length > 0) throw failed[0];
}

type Turn = {
  readonly news: readonly News[];
  readonly now: EpochMs;
  /** Undefined where CloudWatch did not say. */
  readonly alarms: readonly AlarmStanding[] | undefined;
};

/**
 * Brings the board to where it should stand. What is finished has its last record before it leaves the board;
 * what is open is recorded after it, because until then somebody else may decide otherwise.
 */
async function turn(
  { news, now, alarms }: Turn,
  ports: ResponderPorts,
): Promise<{ readonly words: readonly Word[]; readonly changed: readonly News[] }> {
  const nothing = { words: [], changed: [], written: [] };
  let done: Awaited<ReturnType<typeof turn>> & { readonly written: readonly Incident[] } = nothing;
  await ports.changeBoard(async (board) => {
    const heard = hear(withoutFalseTests(board, alarms ?? [], ports), news);
    const missed = alarms ? missedNews(heard, standingOf(alarms, ports), now) : [];
    const ringing = alarms && metricAlarmsOf(alarms, ports);
    const moment = { now, rules, ...(ringing ? { alarms: ringing } : {}) };
    const settled = settle(hear(heard, missed), moment);
    done = nothing;
    if (isSame(settled.board, board)) return board;
    const { incidents, words } = await describeDue(settled, { alarms: alarms ?? [], now }, ports);
    const next = { ...settled.board, incidents };
    await Promise.all(settled.finished.map(ports.putIncident));
    const written = incidents.filter((one) => !board.incidents.some((was) => isSame(was, one)));
    done = { words, changed: changedBy([...news, ...missed], board, next), written };
    return next;
  });
  await Promise.all(done.written.map(ports.putIncident));
  return done;
}

/** News that say something new of real trouble: the loop is asked about them. */
function changedBy(news: readonly News[], before: Board, after: Board): readonly News[] {
  return news.filter(
    ({ kind }) =>
      !isSame(before.ringing[kind], after.ringing[kind]) &&
      !after.tests.some((test) => test.kind === kind),
  );
}

/** A test of a kind that rings by itself as well is none. */
function withoutFalseTests(
  board: Board,
  alarms: readonly AlarmStanding[],
  { deployment }: Pick<ResponderPorts, 'deployment'>,
): Board {
  const real = new Set(
    alarms.flatMap(({ name, reason = '' }) => {
      const named = readAlarmName(deployment, name);
      return named?.about === undefined || isTestReason(reason) ? [] : [named.kind];
    }),
  );
  return {
    ...board,
    tests: board.tests.filter(({ kind }) => ![...real].some((one) => one === kind)),
  };
}

/** Metric alarms that ring, by kind, and since when. */
function metricAlarmsOf(
  alarms: readonly AlarmStanding[],
  { deployment, clock }: Pick<ResponderPorts, 'deployment' | 'clock'>,
): ReadonlyMap<string, readonly RingingAlarm[]> {
  const found = new Map<string, RingingAlarm[]>();
  for (const { name, since = clock() } of alarms) {
    const { kind, about } = readAlarmName(deployment, name) ?? {};
    if (kind !== undefined && about !== undefined)
      found.set(kind, [...(found.get(kind) ?? []), { about, since }]);
  }
  return found;
}

/** Composites that ring, and since when. */
function standingOf(
  alarms: readonly AlarmStanding[],
  { deployment, clock }: Pick<ResponderPorts, 'deployment' | 'clock'>,
): ReadonlyMap<string, EpochMs> {
  return new Map(
    alarms.flatMap(({ name, since = clock() }) => {
      const named = readAlarmName(deployment, name);
      return named && named.about === undefined ? [[named.kind, since]] : [];
    }),
  );
}

function latest(one: EpochMs | undefined, other: EpochMs): EpochMs {
  return one !== undefined && one > other ? one : other;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
