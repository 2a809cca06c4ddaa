import type { RotationMessage } from '../../contract/rotation-command.ts';
import type { Signal } from '../../domain/classification/reasons.ts';
import type { Failure, Region } from '../../domain/evidence/model.ts';
import { type Clock, minuteMs, secondMs } from '../../domain/time.ts';

/** Asks the reputation loop to look at what failures concern. */
export type WakeRotation = (failures: readonly Failure[]) => Promise<void>;

/** Puts a message into the rotation queue, once for the same words in the same slot. */
type Ask = (asked: {
  readonly message: RotationMessage;
  readonly slot: string;
}) => Promise<unknown>;

/**
 * In a storm an environment asks once in this time, milliseconds. It is part of how long it takes from the
 * deciding failure to the first mail on another pool, of which the issue allows five seconds.
 */
const slotMs = 2 * secondMs;

/** A tenant is looked at from its second failure within this time on, milliseconds. */
const repeatedMs = 10 * minuteMs;
const tenantsMax = 5_000;

/** Regions of one message, of 400 bytes each at most: well below the 256 KB that SQS took for long. The schedule sees the rest. */
const regionsMax = 500;

/** Signals that speak of our addresses at a provider, or of the provider, from the first one on. */
const aboutPool: ReadonlySet<Signal> = new Set(['block', 'deferral', 'outage']);

/**
 * Returns what one environment asks with. Which tenants failed lately, and what it has asked in this slot,
 * it keeps in memory: it costs nothing, and with two environments a tenant is looked at from its third
 * failure on at the latest. The first failure of a slot asks at once; regions that come up later in it are
 * owed, and go with what asks in the next one: any event calls this, also one without a failure. An environment
 * that dies owing them is made up for by the schedule, which looks at everything each minute. What could not be
 * asked is not remembered.
 */
export function createWaker(ask: Ask, clock: Clock): WakeRotation {
  const lately = new Map<string, { readonly key: string; readonly at: number }>();
  let asked = { slot: 0, regions: new Set<string>() };
  const owed = new Map<string, Region>();
  const isRepeated = ({ origin: { tenant }, key }: Failure): boolean => {
    const now = clock();
    const last = lately.get(tenant);
    const isRecent = last !== undefined && now - last.at < repeatedMs;
    if (isRecent && last.key === key) return false;
    if (lately.size >= tenantsMax) lately.clear();
    lately.set(tenant, { key, at: now });
    return isRecent;
  };
  return async (failures) => {
    const slot = Math.floor(clock() / slotMs);
    const isNewSlot = asked.slot !== slot;
    const fresh = new Map(isNewSlot ? owed : []);
    for (const failure of failures)
      for (const region of regionsOf(failure, isRepeated(failure))) {
        const name = JSON.stringify(region);
        if (isNewSlot || !asked.regions.has(name)) fresh.set(name, region);
      }
    if (fresh.size === 0) return;
    if (!isNewSlot) {
      for (const [name, region] of fresh) owed.set(name, region);
      return;
    }
    const regions = [...fresh].sort(([one], [other]) => (one < other ? -1 : 1));
    const message = {
      kind: 'failures' as const,
      regions: regions.slice(0, regionsMax).map(([, region]) => region),
    };
    await ask({ message, slot: String(slot) });
    asked = { slot, regions: new Set(fresh.keys()) };
    owed.clear();
  };
}

/** An unknown pool or tenant is nothing that could be looked at. */
function regionsOf({ origin, signal }: Failure, isRepeated: boolean): readonly Region[] {
  const { pool, provider, tenant } = origin;
  return [
    ...(aboutPool.has(signal) && pool !== '' ? [{ pool, provider }] : []),
    ...(isRepeated && tenant !== '' ? [{ tenant }, { tenant, provider }] : []),
  ];
}
