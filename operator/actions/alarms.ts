import { readAlarms } from '../../adapters/cloudwatch.ts';
import {
  changeBoard,
  putIncident,
  readBoard,
  readIncident,
  readIncidents,
} from '../../adapters/incident-store.ts';
import { type AlarmKind, alarmKinds, type Severity } from '../../contract/alarm-kinds.ts';
import { alarmKindNames, readAlarmName } from '../../contract/alarm-names.ts';
import type { Incident } from '../../domain/incidents/model.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Backend } from './backend.ts';

/** How one kind of alarm stands. */
export type AlarmRow = {
  readonly kind: AlarmKind;
  readonly severity: Severity;
  readonly title: string;
  /** `absent`: CloudWatch has no such alarm; `no-data`: it was never evaluated. */
  readonly state: 'ok' | 'alarm' | 'no-data' | 'absent';
  readonly since?: EpochMs;
  /** The open incident that it belongs to. */
  readonly incident?: string;
  /** Its metric alarms that ring, with what CloudWatch says of them. */
  readonly ringing: readonly { readonly alarm: string; readonly reason: string }[];
};

/** Returns how every kind of alarm stands, and to which incident it belongs. */
export async function listAlarms({
  cloudwatch,
  deployment,
  tables,
}: Backend): Promise<readonly AlarmRow[]> {
  const [alarms, { board }] = await Promise.all([
    readAlarms(cloudwatch, `${deployment}-`),
    readBoard(tables.evidence),
  ]);
  const named = alarms.map((alarm) => ({ alarm, named: readAlarmName(deployment, alarm.name) }));
  return alarmKindNames.map((kind) => {
    const own = named.filter((one) => one.named?.kind === kind);
    const composite = own.find((one) => one.named?.about === undefined)?.alarm;
    const incident = board.incidents.find(
      ({ status, parts }) => status !== 'closed' && parts.some((part) => part.kind === kind),
    );
    const { severity, title } = alarmKinds[kind];
    return {
      ...{ kind, severity, title },
      state: composite?.state ?? 'absent',
      ...(composite?.since === undefined ? {} : { since: composite.since }),
      ...(incident ? { incident: incident.id } : {}),
      ringing: own.flatMap(({ alarm, named: word }) =>
        word?.about !== undefined && alarm.state === 'alarm'
          ? [{ alarm: `${kind}.${word.about}`, reason: alarm.reason ?? '' }]
          : [],
      ),
    };
  });
}

/** Returns the incidents that began since an instant, the latest first; what is open stands as the board has it. */
export async function listIncidents(
  { tables }: Pick<Backend, 'tables'>,
  since: EpochMs,
  now: EpochMs,
): Promise<readonly Incident[]> {
  const [past, { board }] = await Promise.all([
    readIncidents(tables.evidence, since, now),
    readBoard(tables.evidence),
  ]);
  const byId = new Map([...past, ...board.incidents].map((one) => [one.id, one] as const));
  return [...byId.values()].sort((one, other) => other.openedAt - one.openedAt);
}

/** Returns one incident as it stands, undefined where there is none of this id. */
export async function findIncident(
  { tables }: Pick<Backend, 'tables'>,
  id: string,
): Promise<Incident | undefined> {
  const { board } = await readBoard(tables.evidence);
  return board.incidents.find((one) => one.id === id) ?? readIncident(tables.evidence, id);
}

/**
 * Notes who has an incident in hand, so that nobody is told of it again until it is over. Returns the incident;
 * undefined where none of this id is open.
 */
export async function ackIncident(
  { tables }: Pick<Backend, 'tables'>,
  { id, ...acked }: { readonly id: string } & NonNullable<Incident['acked']>,
): Promise<Incident | undefined> {
  const { incidents } = await changeBoard(tables.evidence, (board) => ({
    ...board,
    incidents: board.incidents.map((one) =>
      one.id === id && one.status !== 'closed' ? { ...one, acked } : one,
    ),
  }));
  const incident = incidents.find((one) => one.id === id && one.acked?.at === acked.at);
  if (incident) await putIncident(tables.evidence, incident);
  return incident;
}
