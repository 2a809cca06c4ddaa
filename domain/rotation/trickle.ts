/** How much goes on of what is slowed because nothing gets through: enough to see the end of it soon. */
import type { Cause } from '../blame/model.ts';
import { epochMs, hourMs, minuteMs } from '../time.ts';
import { slowings } from './measures.ts';
import type { Order, Situation } from './model.ts';
import { allMail } from './traffic.ts';

/** Where a share of little mail would be a mail an hour, this many a minute go on. */
const probesPerMinute = 0.5;

/** However little it is, half of it waits. */
const shareMax = 0.5;

/**
 * Returns the share of a cause's mail that goes on, 0..1: its signal's, and more where so little was sent in the
 * last hour that the end would be noticed late. An order that ends is renewed with no more than it let through, and
 * with less where by what left under it there is now more mail: the night's trickle would be half of the day.
 */
export function trickleShare(
  { signal, region }: Pick<Cause, 'signal' | 'region'>,
  { book, now }: Pick<Situation, 'book' | 'now'>,
  ending?: Pick<Order, 'share' | 'since'>,
): number {
  const { share } = slowings[signal];
  const before = ending ?? { share: 1, since: epochMs(0) };
  const since = epochMs(Math.max(before.since, now - hourMs));
  const { ip: _, ...within } = region;
  const cells = book.cells(allMail, { since, until: now, within });
  const sent = cells.reduce((sum, cell) => sum + cell.sent, 0);
  if (sent <= 0) return ending?.share ?? share;
  const perMinute = sent / before.share / ((now - since) / minuteMs);
  const wanted = Math.max(share, Math.min(shareMax, probesPerMinute / perMinute));
  return ending ? Math.min(ending.share, wanted) : wanted;
}
