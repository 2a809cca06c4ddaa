/** Milliseconds since 1970 UTC; branded so that seconds and durations cannot be taken for it. */
export type EpochMs = number & { readonly __unit: 'EpochMs' };

/** Reads the time; shells hold one and read it once per record. */
export type Clock = () => EpochMs;

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Brands a number of milliseconds since 1970. */
export function epochMs(value: number): EpochMs {
  return value as EpochMs;
}

/** Returns the instant that an ISO 8601 text names, undefined where there is no text. */
export function instantOf(text: string | undefined): EpochMs | undefined {
  return text === undefined ? undefined : epochMs(Date.parse(text));
}

/** Returns the DynamoDB time-to-live (epoch seconds) for an item kept `days` from `now`. */
export function ttlEpochSeconds(now: EpochMs, days: number): number {
  return Math.floor((now + days * dayMs) / 1000);
}
