import type { Answer } from '../../../../world/model.ts';
import { domainOf } from '../account/identity.ts';
import type { SesContext } from '../context.ts';
import {
  bounceEvent,
  complaintEvent,
  delayEvent,
  deliveryEvent,
} from '../events/recipient-events.ts';
import type { Message } from '../sending/message.ts';
import { bounceOf, delayOf, expiryOf } from './reply-outcomes.ts';

const abuse = { kind: 'complaint', feedbackType: 'abuse', suppresses: true } as const;

type Try = {
  readonly message: Message;
  readonly address: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** World time since the first one. */
  readonly ageMs: number;
};

const minuteMs = 60_000;
/** World time until the next try; the last of them from then on. SES does not publish its own. */
const retryWaitsMs = [1, 5, 15, 30, 60].map((minutes) => minutes * minuteMs);

/**
 * Hands a mail to its recipient's provider from an address of its pool, and publishes what came of it. A mail
 * that is put off is tried again until its time is over; it stays in its pool, as it does inside SES.
 */
export function attemptDelivery(context: SesContext, current: Try): void {
  const { message, address, attempt } = current;
  const { world, dedicatedIps } = context;
  const ip = dedicatedIps.outgoingIp(message.pool, context.draw);
  const answer = world.hand({
    ip,
    leased: dedicatedIps.ip(ip),
    fromDomain: domainOf(message.from.bare),
    recipientDomain: domainOf(address).toLowerCase(),
    attempt,
    onComplaint: () => complaintEvent(context, message, { complaint: abuse, address }),
  });
  const left = { addresses: [address], outgoingIp: ip };
  switch (answer.kind) {
    case 'delivered':
      deliveryEvent(context, message, left);
      return;
    case 'refused':
      bounceEvent(context, message, { bounce: bounceOf(answer), ...left });
      return;
    case 'deferred':
      waitOrGiveUp(context, current, { answer, outgoingIp: ip });
  }
}

function waitOrGiveUp(
  context: SesContext,
  { message, address, attempt, ageMs }: Try,
  { answer, outgoingIp }: { readonly answer: Answer; readonly outgoingIp: string },
): void {
  const leftMs = message.deliverySecondsMax * 1000 - ageMs;
  if (leftMs <= 0) {
    const bounce = expiryOf(message, answer);
    bounceEvent(context, message, { bounce, addresses: [address], outgoingIp });
    return;
  }
  delayEvent(context, message, { delay: delayOf(answer), address });
  const customaryMs = retryWaitsMs[Math.min(attempt, retryWaitsMs.length) - 1] ?? leftMs;
  // The last try comes when the time is over.
  const waitMs = Math.min(customaryMs, leftMs);
  const next = { message, address, attempt: attempt + 1, ageMs: ageMs + waitMs };
  context.schedule.after(waitMs / context.world.speed, () => attemptDelivery(context, next));
}
