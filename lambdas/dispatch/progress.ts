import type {
  AttemptItem,
  AttemptResult,
  DecidedOutcome,
  RequestItem,
} from '../../contract/items.ts';

/** One recipient that was refused, by us or by SES. */
export type Refused = { readonly index: number; readonly reason: string; readonly detail?: string };

/** Why SES may have a mail that is sent again: nobody knows; or SES said that it failed, which is not always so. */
export type Again = 'ambiguous' | 'failed';

/** What the ledger says of a request's recipients, by index; a recipient in none of them was never sent to. */
export type Progress = {
  /** SES has their mail. */
  readonly settled: ReadonlySet<number>;
  /** SES refused them for good. */
  readonly refused: ReadonlyMap<number, Refused>;
  /** Nobody knows whether SES has their mail. */
  readonly unclear: ReadonlySet<number>;
  /** How often they were sent without an answer since a person last spoke. */
  readonly unanswered: ReadonlyMap<number, number>;
  /** An attempt for them sends what SES may have already; a person's word does not change that. */
  readonly again: ReadonlyMap<number, Again>;
};

/** With this reason of a retry SES has in rare cases taken the mail. It is no reason to wait. */
const maybeTaken = 'ses-error';

/** Returns how far a request is; an attempt that is not there was never sent or is in the request's note. */
export function progressOf(seen: RequestItem, attempts: readonly AttemptItem[]): Progress {
  const settled = new Set(seen.settled);
  const unclear = new Set(seen.unclear);
  const unanswered = new Map<number, number>();
  const again = new Map(seen.unclear?.map((index): [number, Again] => [index, 'ambiguous']));
  const refused = new Map<number, Refused>();
  for (const { entries, results, at } of attempts)
    for (const [position, { m, r }] of entries.entries()) {
      if (m !== seen.pk) continue;
      const result = results?.[position];
      if (isOpen(result)) {
        again.set(r, 'ambiguous');
        // What a person has sent again since is no longer waited for.
        if (at < (seen.redrivenAt ?? 0)) continue;
        unclear.add(r);
        unanswered.set(r, (unanswered.get(r) ?? 0) + 1);
      } else if ('ses' in result) settled.add(r);
      else if (result.outcome === 'rejected') refused.set(r, refusal(r, result));
      else if (result.reason === maybeTaken && !again.has(r)) again.set(r, 'failed');
    }
  // What is noted happened once at least, though its attempts may be forgotten.
  for (const index of seen.unclear ?? []) if (!unanswered.has(index)) unanswered.set(index, 1);
  // One clear answer is enough, in whatever order they came.
  const clear = (index: number) => settled.has(index) || refused.has(index);
  return {
    settled,
    refused,
    unclear: new Set([...unclear].filter((index) => !clear(index))),
    unanswered,
    again,
  };
}

/**
 * Tells whether an attempt says anything that the request must know of later: SES has or may have a
 * message of it, or refused it. What surely was not sent leaves nothing to remember.
 */
export function isTelling(messageId: string, { entries, results }: AttemptItem): boolean {
  return entries.some(({ m }, position) => {
    if (m !== messageId) return false;
    const result = results?.[position];
    if (isOpen(result) || 'ses' in result) return true;
    return result.outcome === 'rejected' || result.reason === maybeTaken;
  });
}

function isOpen(result: AttemptResult | undefined): result is undefined {
  return result === undefined || ('outcome' in result && result.outcome === 'unknown');
}

/** Returns one refusal as the app is told of it. */
export function refusal(
  index: number,
  why: { readonly reason: string; readonly detail?: string },
): Refused {
  return { index, reason: why.reason, ...(why.detail === undefined ? {} : { detail: why.detail }) };
}

/** Returns the recipients that were refused one by one among what was decided about a request. */
export function refusedIn(decided: Readonly<Record<string, DecidedOutcome>>): readonly Refused[] {
  return Object.entries(decided).flatMap(([index, why]) =>
    index !== '*' && why.outcome === 'rejected' ? [refusal(Number(index), why)] : [],
  );
}
