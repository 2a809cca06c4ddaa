import { logNormal } from './dice.ts';
import { dayOf } from './instants.ts';
import type { Listings } from './listings.ts';
import type { Draw } from './model.ts';
import type { CommonNumbers } from './parameters.ts';

/** Spread of the logarithm of the time until a list reacts: minutes to hours. */
const delaySigma = 1;

/**
 * Returns what to call when a mail hits a spam trap. A pristine trap, an address that never was one, puts
 * the sender on Spamhaus CSS within minutes to hours; recycled ones bring SpamCop from so many a day on.
 * @see https://www.spamhaus.org/blocklists/combined-spam-sources/
 */
export function createTraps(
  numbers: CommonNumbers,
  listings: Listings,
  draw: Draw,
): (ip: string, at: number) => void {
  const recycled = new Map<string, { day: number; hits: number }>();
  return (ip, at) => {
    const from = at + logNormal(draw, numbers.listingDelayMedianMs, delaySigma);
    if (draw() < numbers.pristineShare) {
      listings.enter(ip, 'spamhaus-css', from);
      return;
    }
    const day = dayOf(at);
    const today = recycled.get(ip);
    const hits = today?.day === day ? today.hits + 1 : 1;
    recycled.set(ip, { day, hits });
    if (hits >= numbers.recycledHitsMax) listings.enter(ip, 'spamcop', from);
  };
}
