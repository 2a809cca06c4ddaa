import { minuteMs } from '../time.ts';
import type { Incident, RingingAlarm } from './model.ts';

/**
 * Alarms of one kind ring for one cause within this time of a word about it; one that joins later shows another
 * cause, such as mail that is parked for another reason.
 */
export const sameCauseMs = 30 * minuteMs;

/**
 * Returns the incident with the metric alarms of its kind that ring noted, and whether people must hear of them:
 * each once, however often it rings, and even where somebody has the incident in hand, because that was about
 * something else.
 */
export function hearAlarms(
  incident: Incident,
  ringing: readonly RingingAlarm[],
): { readonly incident: Incident; readonly isNews: boolean } {
  const { alarms, status, tellings, testedBy, partOf } = incident;
  const fresh = ringing.filter(({ about }) => alarms?.includes(about) !== true);
  const isOpen = status === 'open' || status === 'settling';
  if (!isOpen || testedBy !== undefined || partOf !== undefined || fresh.length === 0)
    return { incident, isNews: false };
  const toldAt = tellings.at(-1)?.toldAt;
  const isNews =
    alarms !== undefined &&
    toldAt !== undefined &&
    fresh.some(({ since }) => since >= toldAt + sameCauseMs);
  return {
    incident: { ...incident, alarms: [...(alarms ?? []), ...fresh.map(({ about }) => about)] },
    isNews,
  };
}
