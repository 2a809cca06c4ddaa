/** What one piece of knowledge says of a reply. */
import type { BounceReason } from './reasons.ts';

/**
 * How much a piece of knowledge outweighs another, 0..100; the strongest decides. Codes of a provider's own
 * and SES's own word come first, then blocklists, phrases, and codes as far as they are more than a guess.
 */
export const strengths = {
  /** SES says that it did not send the mail at all. */
  ses: 100,
  token: 90,
  blocklist: 80,
  /** A phrase that says what was wrong. */
  certain: 75,
  /** A phrase that means one thing, but may stand in a sentence about another. */
  telling: 70,
  phrase: 60,
  /** A code that means one thing, where no phrase says more. */
  code: 50,
  /** Words that appear in replies of several kinds. */
  loose: 40,
  faint: 30,
  /** SES's reading of the same reply. */
  prior: 25,
  /** A code for a whole class of trouble. */
  vagueCode: 20,
  basic: 10,
  guess: 5,
} as const;

export type Strength = keyof typeof strengths;

/** A reason with the weight behind it. */
export type Voice = { readonly reason: BounceReason; readonly strength: Strength };
