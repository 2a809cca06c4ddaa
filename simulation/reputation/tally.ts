import type { Batch } from './mail.ts';

/** What became of the mail of one run, in mails. Every mail born ends in exactly one of its ends. */
export type Tally = {
  born: number;
  badBorn: number;
  /** Ends of good mail. */
  inboxInHour: number;
  inboxInDay: number;
  inboxLater: number;
  spamFolder: number;
  refused: number;
  /** Recipients that do not exist: nobody's harm. */
  dead: number;
  expired: number;
  /** Kept back until the end of the run. */
  kept: number;
  /** Ends of bad mail: let out, or kept back. */
  badOut: number;
  badKept: number;
  /** Mails that arrived although they had arrived before. */
  duplicates: number;
  /** Mails handed to SES beyond a cap; by an account of its own. */
  overCap: number;
};

export type End = 'inbox' | 'spamFolder' | 'refused' | 'dead' | 'expired' | 'kept';

const hourMs = 3_600_000;

/** Returns an empty tally. */
export function newTally(): Tally {
  return {
    born: 0,
    badBorn: 0,
    inboxInHour: 0,
    inboxInDay: 0,
    inboxLater: 0,
    spamFolder: 0,
    refused: 0,
    dead: 0,
    expired: 0,
    kept: 0,
    badOut: 0,
    badKept: 0,
    duplicates: 0,
    overCap: 0,
  };
}

/** Counts mail that came to its end. */
export function countEnd(
  tally: Tally,
  end: End,
  { batch, count, now }: { readonly batch: Batch; readonly count: number; readonly now: number },
): void {
  if (batch.again === 'duplicate') {
    if (end === 'inbox' || end === 'spamFolder') tally.duplicates += count;
    return;
  }
  // It was counted as refused before it was sent once more.
  if (batch.again === 'after-refusal') uncountRefusal(tally, batch, count);
  if (batch.traits.bad) {
    if (end === 'kept') tally.badKept += count;
    else tally.badOut += count;
    return;
  }
  tally[end === 'inbox' ? inboxBy(now - batch.bornAt) : end] += count;
}

/** Returns the harm of a run, mails: good mail harmed, and bad mail let out. */
export function harmOf(tally: Tally): number {
  return goodHarmOf(tally) + tally.badOut;
}

/** Returns the good mails harmed: half a mail for one that came more than an hour late, a whole one for one that did not come within a day. */
export function goodHarmOf(tally: Tally): number {
  const { inboxInDay, inboxLater, spamFolder, refused, expired, kept } = tally;
  return inboxInDay / 2 + inboxLater + spamFolder + refused + expired + kept;
}

/** Returns how many mails came to an end; equal to those born when a run is over. */
export function endedOf(tally: Tally): number {
  const { inboxInHour, inboxInDay, inboxLater, spamFolder, refused, dead, expired, kept } = tally;
  const good = inboxInHour + inboxInDay + inboxLater + spamFolder + refused + dead + expired + kept;
  return good + tally.badOut + tally.badKept;
}

function inboxBy(ageMs: number): 'inboxInHour' | 'inboxInDay' | 'inboxLater' {
  if (ageMs <= hourMs) return 'inboxInHour';
  return ageMs <= 24 * hourMs ? 'inboxInDay' : 'inboxLater';
}

function uncountRefusal(tally: Tally, { traits }: Batch, count: number): void {
  if (traits.bad) tally.badOut -= count;
  else tally.refused -= count;
}
