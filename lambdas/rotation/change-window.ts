import type { RotationPolicy } from '../../contract/environment.ts';
import { weekDays } from '../../contract/pipeline-config.ts';
import type { EpochMs } from '../../domain/time.ts';

/** Returns whether volume may be raised at an instant: at any time where no window is named. */
export function isOpen(windows: RotationPolicy['changeWindows'], now: EpochMs): boolean {
  if (!windows) return true;
  const at = new Date(now);
  const day = weekDays[at.getUTCDay()] ?? '';
  const time = at.toISOString().slice(11, 16);
  return windows.some(({ days, from, to }) => days.includes(day) && from <= time && time < to);
}
