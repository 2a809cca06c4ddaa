import type { Draw } from './model.ts';

/** Returns a repeatable stream of numbers in [0, 1) for a seed (mulberry32). */
export function seededDraw(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Below this many expected successes or failures the count is drawn exactly. */
const exactExpectedMax = 15;
/** Below this many trials each is drawn by itself. */
const singleTrialsMax = 8;

/**
 * Returns how many of `count` trials with chance `share` succeed: exact where few are expected, else the
 * rounded normal approximation, which is fair where both outcomes are expected fifteen times and more.
 */
export function binomial(draw: Draw, count: number, share: number): number {
  if (count <= 0 || share <= 0) return 0;
  if (share >= 1) return count;
  if (share > 0.5) return count - binomial(draw, count, 1 - share);
  if (count <= singleTrialsMax) return trials(draw, count, share);
  const expected = count * share;
  if (expected < exactExpectedMax) return inverted(draw, count, share);
  const drawn = Math.round(expected + normal(draw) * Math.sqrt(expected * (1 - share)));
  return Math.min(count, Math.max(0, drawn));
}

/** Returns a draw of the standard normal distribution (Box-Muller). */
export function normal(draw: Draw): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

/** Returns a lognormal duration of this median, milliseconds; `sigma` is that of its logarithm. */
export function logNormal(draw: Draw, medianMs: number, sigma: number): number {
  return medianMs * Math.exp(sigma * normal(draw));
}

/** Returns a number in [low, high). */
export function between(draw: Draw, low: number, high: number): number {
  return low + draw() * (high - low);
}

function trials(draw: Draw, count: number, share: number): number {
  let hits = 0;
  for (let trial = 0; trial < count; trial += 1) if (draw() < share) hits += 1;
  return hits;
}

/** Walks the distribution function from zero; few steps, because few successes are expected. */
function inverted(draw: Draw, count: number, share: number): number {
  const odds = share / (1 - share);
  let chance = Math.exp(count * Math.log1p(-share));
  let left = draw();
  let hits = 0;
  while (left > chance && hits < count) {
    left -= chance;
    chance *= ((count - hits) / (hits + 1)) * odds;
    hits += 1;
  }
  return hits;
}
