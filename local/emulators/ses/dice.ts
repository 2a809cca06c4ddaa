/** Draws from [0, 1). */
export type Draw = () => number;

/** Returns a repeatable stream of dice for a seed (mulberry32), so that a local run can be replayed. */
export function seededDice(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Returns a number in [low, high). */
export function between(draw: Draw, low: number, high: number): number {
  return low + draw() * (high - low);
}

/** Returns one element, evenly. */
export function pick<T>(draw: Draw, elements: readonly T[]): T | undefined {
  return elements[Math.floor(draw() * elements.length)];
}
