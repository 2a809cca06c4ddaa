import { type AlarmStanding, readAlarms } from '../../adapters/cloudwatch.ts';
import { alarmKinds } from '../../contract/alarm-kinds.ts';
import { alarmKindNames, compositeName, isAlarmKind } from '../../contract/alarm-names.ts';
import type { Incident } from '../../domain/incidents/model.ts';
import { type Clock, dayMs, type EpochMs, epochMs, minuteMs } from '../../domain/time.ts';
import { subscriptionState } from '../actions/alarm-subscription.ts';
import { listIncidents } from '../actions/alarms.ts';
import type { Backend } from '../actions/backend.ts';
import type { AlarmRow, IncidentRow, Incidents } from './model.ts';

/** How far back closed incidents are shown, and how many. */
const backMs = 30 * dayMs;
const closedMax = 100;

const stateWords = { ok: 'ok', alarm: 'alarm', 'no-data': 'unknown' } as const;

/** Returns a reader of incidents, of every kind of alarm, and of whether anybody would hear of one. */
export function createIncidentsReader(backend: Backend, clock: Clock): () => Promise<Incidents> {
  const subscription = createSubscriptionReader(backend);
  return async () => {
    const now = clock();
    const [incidents, alarms, told] = await Promise.all([
      listIncidents(backend, epochMs(now - backMs), now),
      readAlarms(backend.cloudwatch, `${backend.deployment}-`).catch(() => undefined),
      subscription(now),
    ]);
    const open = incidents.filter(({ status }) => status !== 'closed');
    const closed = incidents.filter(({ status }) => status === 'closed').slice(0, closedMax);
    return {
      rows: [...open, ...closed].map(rowOf),
      alarms: alarmRows(backend.deployment, alarms),
      ...(told === undefined ? {} : { subscription: told }),
    };
  };
}

/** A person follows the link in a mail once. */
const subscriptionEveryMs = 5 * minuteMs;

/** Returns a reader of whether anybody would hear of an alarm: a sentence where nobody, or not everybody, would. */
function createSubscriptionReader(backend: Backend) {
  let known: string | undefined;
  let askAt = 0;
  return async (now: EpochMs): Promise<string | undefined> => {
    if (now < askAt) return known;
    askAt = now + subscriptionEveryMs;
    known = await subscriptionState(backend).then(
      ({ problem }) => problem,
      () => 'who is told of alarms cannot be read: SNS does not answer',
    );
    return known;
  };
}

function rowOf(incident: Incident): IncidentRow {
  const { id, kind, status, openedAt, closedAt, parts, findings, acked, testedBy } = incident;
  const words = isAlarmKind(kind) ? alarmKinds[kind] : undefined;
  return {
    ...{ id, kind, openedAt },
    severity: words?.severity ?? 'page',
    title: words?.title ?? kind,
    state: status === 'closed' ? 'closed' : 'open',
    ...(closedAt === undefined ? {} : { closedAt }),
    ...(acked === undefined ? {} : { ackedBy: acked.by }),
    isTest: testedBy !== undefined,
    text: findings
      ? [
          findings.cause,
          ...findings.evidence,
          ...findings.did.map((did) => `done: ${did}`),
          ...findings.undo.map((undo) => `undo: ${undo}`),
        ]
      : [words?.means ?? 'nothing is known of it yet'],
    consequences: parts.slice(1).map((part) => part.kind),
    look: words?.look ?? `goodstanding alarms show ${id}`,
  };
}

/** Every kind has a row: what CloudWatch does not tell is unknown, and looks so. */
function alarmRows(
  deployment: string,
  alarms: readonly AlarmStanding[] | undefined,
): readonly AlarmRow[] {
  return alarmKindNames.map((kind) => {
    const { severity, title, means, bySystem, look } = alarmKinds[kind];
    const found = alarms?.find(({ name }) => name === compositeName(deployment, kind));
    return {
      ...{ kind, severity, title, means, bySystem, look },
      state: found ? stateWords[found.state] : 'unknown',
      ...(found?.since === undefined ? {} : { since: found.since }),
      ...(found?.reason === undefined ? {} : { reason: found.reason }),
    };
  });
}
