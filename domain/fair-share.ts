import { type EpochMs, secondMs } from './time.ts';

/** What one message asks of the rate. */
export type Demand = { readonly tenant: string; readonly recipients: number };

/** What one environment took on lately: second → tenant → recipients. */
export type ShareWindow = ReadonlyMap<number, ReadonlyMap<string, number>>;

/** Seconds over which a tenant's share is measured: a burst passes, a flood does not. */
export const shareWindowSeconds = 10;

/** Mail that has been due for longer waits because of other mail. */
const backlogMs = 2 * secondMs;

/** A window in which nothing was sent. */
export const emptyWindow: ShareWindow = new Map();

/**
 * Returns whether a batch of mail that became due at these instants says that the queue is behind, or
 * would be once it is sent: for `workMs` this environment takes nothing else.
 */
export function isBacklog(dueAt: readonly EpochMs[], now: EpochMs, workMs: number): boolean {
  return dueAt.some((instant) => now + workMs - instant > backlogMs);
}

/**
 * Returns the recipients one environment may take on for one tenant within a window: the tenant's share
 * of what this environment can send of the stream's rate.
 */
export function tenantAllowance(stream: {
  /** Share of the rate for one tenant, 0..1. */
  readonly share: number;
  /** SES's send rate, recipients per second, and the part of it that is used, 0..1. */
  readonly ratePerSecond: number;
  readonly headroom: number;
  /** Environments that share the rate. */
  readonly environments: number;
}): number {
  const { share, ratePerSecond, headroom, environments } = stream;
  return (share * ratePerSecond * headroom * shareWindowSeconds) / environments;
}

/**
 * Returns, by position, which messages of a batch are beyond their tenant's share. A tenant's first is
 * within it as a whole, so that a large batch request is never too large to be sent.
 */
export function findBeyondShare(
  window: ShareWindow,
  demands: readonly Demand[],
  { now, allowance }: { readonly now: EpochMs; readonly allowance: number },
): readonly boolean[] {
  const taken = new Map<string, number>();
  return demands.map(({ tenant, recipients }) => {
    const before = taken.get(tenant) ?? takenBy(window, tenant, now);
    if (before > 0 && before + recipients > allowance) return true;
    taken.set(tenant, before + recipients);
    return false;
  });
}

/** Returns the window with what is about to be sent in it, and without what it is time to forget. */
export function addToWindow(
  window: ShareWindow,
  demands: readonly Demand[],
  now: EpochMs,
): ShareWindow {
  const second = secondOf(now);
  const current = new Map(window.get(second));
  for (const { tenant, recipients } of demands)
    current.set(tenant, (current.get(tenant) ?? 0) + recipients);
  const recent = [...window].filter(([step]) => isRecent(step, now));
  return new Map([...recent, [second, current]]);
}

function takenBy(window: ShareWindow, tenant: string, now: EpochMs): number {
  let sum = 0;
  for (const [second, sent] of window) if (isRecent(second, now)) sum += sent.get(tenant) ?? 0;
  return sum;
}

function isRecent(second: number, now: EpochMs): boolean {
  return second > secondOf(now) - shareWindowSeconds;
}

function secondOf(now: EpochMs): number {
  return Math.floor(now / secondMs);
}
