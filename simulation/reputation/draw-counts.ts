import { binomial, normal } from '../../world/dice.ts';
import type { Draw } from '../../world/model.ts';

/** Above so many expected arrivals the normal distribution is within a hundredth. */
const exactMax = 30;

/** Returns how many events come where `mean` are expected (Poisson). */
export function drawArrivals(draw: Draw, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > exactMax) {
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(draw)));
  }
  const floor = Math.exp(-mean);
  let product = draw();
  let arrivals = 0;
  while (product > floor) {
    product *= draw();
    arrivals += 1;
  }
  return arrivals;
}

/** Divides `count` evenly by chance among `parts`; the result adds up to it. */
export function drawParts(draw: Draw, count: number, parts: number): readonly number[] {
  const divided: number[] = [];
  let left = count;
  for (let index = 0; index < parts; index += 1) {
    const part = index === parts - 1 ? left : binomial(draw, left, 1 / (parts - index));
    divided.push(part);
    left -= part;
  }
  return divided;
}
