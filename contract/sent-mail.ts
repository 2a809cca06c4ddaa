/** What an attempt counts for in the evidence. */
import type { Origin, Sent } from '../domain/evidence/model.ts';
import { bucketOf } from './attempt-id.ts';
import type { AttemptEntry, AttemptItem, AttemptResult } from './items.ts';

/**
 * Tells whether SES surely did not send a mail. Without a result it may have; and of its own failures SES
 * says that in rare cases it has sent the mail.
 */
export function isUnsent(result: AttemptResult | undefined): boolean {
  if (result === undefined || 'ses' in result) return false;
  return result.outcome !== 'unknown' && result.reason !== 'ses-error';
}

/**
 * Returns how much mail of each origin an attempt handed to SES, booked in the attempt's send bucket, the
 * one that its failures name. Before its results are written everything counts as sent; what SES refused
 * is no longer among it then.
 */
export function sentOf({ sk, stream, entries, results }: AttemptItem): readonly Sent[] {
  const at = bucketOf(sk);
  const sent = new Map<
    string,
    { readonly origin: Origin; readonly at: typeof at; count: number }
  >();
  for (const [position, entry] of entries.entries()) {
    if (isUnsent(results?.[position])) continue;
    const origin = originOfEntry(entry, stream);
    const key = JSON.stringify(Object.values(origin));
    const known = sent.get(key) ?? { origin, at, count: 0 };
    known.count += 1;
    sent.set(key, known);
  }
  return [...sent.values()];
}

/** Returns where one recipient of an attempt came from. */
export function originOfEntry(
  { t = '', d = '', p, v = '', c = '' }: AttemptEntry,
  stream: string,
): Origin {
  return { tenant: t, identity: d, stream, pool: p, provider: v, campaign: c };
}
