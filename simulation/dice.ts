import { type Draw, seededDice } from '../local/emulators/ses/dice.ts';

/** A spread of durations: half are below the median, one in a hundred above p99. Milliseconds. */
export type Spread = { readonly medianMs: number; readonly p99Ms: number };

/** The 99th percentile of the standard normal distribution. */
const normalP99 = 2.3263;

/**
 * Returns the dice of one purpose. Each purpose has a stream of its own, so that one more draw for one
 * thing changes nothing for the others.
 */
export function diceFor(seed: number, purpose: string): Draw {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of purpose)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return seededDice(hash);
}

/** Returns a lognormal duration, milliseconds. */
export function durationOf(draw: Draw, { medianMs, p99Ms }: Spread): number {
  if (medianMs <= 0) return 0;
  const sigma = Math.log(Math.max(1, p99Ms / medianMs)) / normalP99;
  return medianMs * Math.exp(sigma * normal(draw));
}

/** Returns a draw of the standard normal distribution (Box-Muller). */
function normal(draw: Draw): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}
