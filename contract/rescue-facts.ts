/** How a rescue shows in what became of a recipient. */
import type { EventItem, RequestItem } from './items.ts';
import type { RecipientFact } from './recipient-outcomes.ts';
import { rescueClaim } from './rescue.ts';

/** Returns a request with the attempts of its rescues after its own; `items` are those of its partition. */
export function withRescues(
  request: RequestItem,
  items: readonly Record<string, unknown>[],
): RequestItem {
  const claims = items
    .filter((item) => String(item['sk']).startsWith('rescue#'))
    .map((item) => rescueClaim.parse(item).attemptId);
  return claims.length === 0
    ? request
    : { ...request, attemptIds: [...request.attemptIds, ...claims] };
}

/** Returns SES's ids of what was sent once more: where there are any, the first mail's bounce is not the last word. */
export function rescuesAmong(
  attempted: readonly RecipientFact[],
  events: readonly EventItem[],
): ReadonlySet<string> {
  const sent = attempted.flatMap(({ reason, sesMessageId }) =>
    reason === 'rescued' && sesMessageId !== undefined ? [sesMessageId] : [],
  );
  const heard = events.flatMap(({ rescue, sesMessageId }) => (rescue ? [sesMessageId] : []));
  return new Set([...sent, ...heard]);
}
