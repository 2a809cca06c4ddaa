/** Lengths of time, milliseconds. */
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Returns which day (UTC, since 1970) an instant is on. */
export function dayOf(at: number): number {
  return Math.floor(at / dayMs);
}

/** Returns which hour since 1970 an instant is in. */
export function hourOf(at: number): number {
  return Math.floor(at / hourMs);
}
