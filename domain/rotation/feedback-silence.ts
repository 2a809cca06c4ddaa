/** No news is not good news: whether what providers say still reaches us. */
import { epochMs, hourMs } from '../time.ts';
import type { Situation } from './model.ts';
import type { Plan } from './plan.ts';
import { allMail } from './traffic.ts';
import { lengthOf } from './words.ts';

/**
 * Returns whether news comes in: some came lately, or nothing was sent that could have made any. Without it
 * nothing is carried out, released or grown.
 */
export function isHeardOf({ book, now, heardAt, brakes }: Situation): boolean {
  const since = epochMs(now - brakes.feedbackAgeMaxMs);
  if (heardAt >= since) return true;
  // Mail of the newest minutes may still be on its way, so what was sent before decides.
  const until = since;
  const from = epochMs(Math.max(heardAt, until - hourMs));
  return !book.cells(allMail, { since: from, until }).some(({ sent }) => sent > 0);
}

/** Returns the page on silence, once an hour; undefined while news comes in. */
export function planSilence(
  situation: Situation,
): (Plan & { readonly advice: string }) | undefined {
  const { now, heardAt, history } = situation;
  if (isHeardOf(situation)) return undefined;
  const brake = heardAt === 0 ? 'no-feedback' : 'stale-feedback';
  if (history.some((one) => one.brake === brake && one.page !== undefined && one.at > now - hourMs))
    return undefined;
  const age = heardAt === 0 ? 'ever' : `for ${lengthOf(now - heardAt)}`;
  return {
    id: situation.newId(),
    actions: [],
    evidence: [`mail was sent, and no news of any mail has come ${age}`],
    counterEvidence: [],
    brake,
    advice:
      'look at the feedback queues, their dead-letter queues and the SES event destinations; until news comes the loop carries nothing out by itself',
  };
}
