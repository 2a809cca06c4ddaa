import type { JsonObject } from '../../aws.ts';
import type { Alarm } from './alarm.ts';

/** One entry of an alarm's history. */
export type HistoryItem = {
  readonly alarmName: string;
  readonly alarmType: Alarm['cause']['type'];
  readonly atMs: number;
  readonly kind: 'StateUpdate' | 'Action' | 'ConfigurationUpdate';
  readonly summary: string;
  readonly data: JsonObject;
};

const itemsMax = 2_000;

/** Keeps the last 2,000 entries of all alarms' histories. */
export function createHistory() {
  const items: HistoryItem[] = [];
  return {
    add: ({ name, cause }: Alarm, entry: Omit<HistoryItem, 'alarmName' | 'alarmType'>): void => {
      items.push({ alarmName: name, alarmType: cause.type, ...entry });
      // Cut in larger steps: removing the first of a long list each time would be slow.
      if (items.length >= itemsMax * 1.1) items.splice(0, items.length - itemsMax);
    },
    /** Oldest first. */
    list: (): readonly HistoryItem[] => items.slice(-itemsMax),
  };
}

export type History = ReturnType<typeof createHistory>;
