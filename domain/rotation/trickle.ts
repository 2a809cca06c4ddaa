/** How much goes on of what is slowed because nothing gets through: enough to see the end of it soon. */
import type { Cause } from '../blame/model.ts';
import { epochMs, hourMs, minuteMs } from '../time.ts';
import { slowings } from './measures.ts';
import type { Situation } from './model.ts';
import { allMail } from './traffic.ts';

/** Where a share of little mail would be a mail an hour, this many a minute go on. */
const probesPerMinute = 0.5;

/** However little it is, half of it waits. */
const shareMax = 0.5;

/**
 * Returns the share of a cause's mail that goes on, 0..1: its signal's, and more where so little was sent in the
 * last hour that the end would be noticed late.
 */
export function trickleShare(
  { signal, region }: Pick<Cause, 'signal' | 'region'>,
  { book, now }: Pick<Situation, 'book' | 'now'>,
): number {
  const { share } = slowings[signal];
  const { ip: _, ...within } = region;
  const cells = book.cells(allMail, { since: epochMs(now - hourMs), until: now, within });
  const sent = cells.reduce((sum, cell) => sum + cell.sent, 0);
  const perMinute = sent / (hourMs / minuteMs);
  if (perMinute <= 0) return share;
  return Math.max(share, Math.min(shareMax, probesPerMinute / perMinute));
}
