import { responderEvent } from '../../contract/alarm-event.ts';
import { readAlarmName } from '../../contract/alarm-names.ts';
import type { News } from '../../domain/incidents/model.ts';
import type { EpochMs } from '../../domain/time.ts';

/** What an event tells the responder. */
export type Heard = {
  readonly news: readonly News[];
  /** The time that a schedule stands for; absent for news. */
  readonly tickAt?: EpochMs;
};

/**
 * Returns what an event says: a kind of alarm that rings or is silent, or that a minute has passed. Missing data
 * is neither ringing nor silence, and metric alarms are heard of through their composite.
 * @throws where the event is neither
 */
export function readEvent(deployment: string, event: unknown): Heard {
  const read = responderEvent.parse(event);
  if (read['detail-type'] === 'Scheduled Event') return { news: [], tickAt: read.time };
  const { alarmName, state, previousState } = read.detail;
  const named = readAlarmName(deployment, alarmName);
  if (!named || named.about !== undefined || state.value === 'INSUFFICIENT_DATA')
    return { news: [] };
  // What changed is then only whether another alarm suppresses its actions.
  if (previousState?.value === state.value) return { news: [] };
  return {
    news: [
      {
        kind: named.kind,
        state: state.value === 'ALARM' ? 'alarm' : 'ok',
        at: state.timestamp,
      },
    ],
  };
}
