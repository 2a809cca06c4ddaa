/**
 * What a score must reach to be more than chance: a thousand to one, as the natural logarithm. A scan looks
 * at a dozen overlapping kinds of regions, and at what is left after each cause; an alarm's own cause is
 * far beyond it.
 */
export const lnMoreThanChance = Math.log(1000);

/** What a verdict of blame needs: twenty to one, as the natural logarithm of the odds. */
export const lnDecided = Math.log(20);

/**
 * Returns how much better failures of a region are explained by a rate of its own than by the ordinary
 * one: the log likelihood ratio of Kulldorff's scan in its Bernoulli form, which sees that where everything
 * fails a clean mail is strong evidence; for low rates it is x ln(x/E) − (x − E). 0 where the region is
 * no worse than ordinary.
 * @see https://doi.org/10.1080/03610929708831995
 */
export function likelihoodGain(counts: {
  readonly sent: number;
  readonly failed: number;
  /** Failures at its ordinary rate. */
  readonly baseline: number;
}): number {
  const { failed } = counts;
  // News may come before the count of what was sent is visible.
  const sent = Math.max(counts.sent, failed);
  if (sent === 0 || failed <= counts.baseline) return 0;
  const ordinary = Math.min(rateMax, Math.max(rateMin, counts.baseline / sent));
  const own = failed / sent;
  if (own <= ordinary) return 0;
  const clean = sent - failed;
  const cleanGain = clean > 0 ? clean * Math.log((1 - own) / (1 - ordinary)) : 0;
  return failed * Math.log(own / ordinary) + cleanGain;
}

/**
 * Returns how much better failures of a pool are explained by one of its addresses than by the ordinary
 * rate. Which address a clean mail left by is not known, nor that of a failure that quotes none: each had
 * the chance of one in all, so however bad an address is, it fails no more than its share of the pool's mail.
 * Failures that quote another are taken for ordinary.
 */
export function addressGain(counts: {
  /** Mail of the whole pool, and its failures at the ordinary rate. */
  readonly sent: number;
  readonly baseline: number;
  /** Failures that quote the address, and those that quote none. */
  readonly quoted: number;
  readonly unquoted: number;
  /** How many addresses the pool has. */
  readonly addresses: number;
}): number {
  const { quoted, unquoted, addresses } = counts;
  const failed = quoted + unquoted;
  const sent = Math.max(counts.sent, failed);
  if (sent === 0) return 0;
  const ordinary = Math.min(rateMax, Math.max(rateMin, counts.baseline / sent));
  const others = ordinary * (addresses - 1);
  const own = Math.min(1, (addresses * failed) / sent - others);
  if (own <= ordinary) return 0;
  const ofAny = (own + others) / addresses;
  const clean = sent - failed;
  const cleanGain = clean > 0 ? clean * Math.log((1 - ofAny) / (1 - ordinary)) : 0;
  return quoted * Math.log(own / ordinary) + unquoted * Math.log(ofAny / ordinary) + cleanGain;
}

/**
 * Returns the logarithm of a region's share of the mail, 0 or less. It is what a region costs: as many
 * of its size could have been picked to fit the failures. Counting regions by kind instead makes a large
 * tenant pass for its pool, because there are more tenants than pools.
 */
export function lnShare(sent: number, sentInAll: number): number {
  return Math.log(Math.min(1, Math.max(sent, 1) / Math.max(sentInAll, 1)));
}

/** An ordinary rate is a chance, never nought and never one. */
const rateMin = 1e-9;
const rateMax = 0.5;
