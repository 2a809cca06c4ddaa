import type { Answer } from '../../../../world/model.ts';
import { defaultDeliverySeconds } from '../account/configuration-set.ts';
import type { Bounce, Outcome } from '../events/outcome.ts';
import type { Message } from '../sending/message.ts';

type Delay = Extract<Outcome, { kind: 'delay' }>;

/** Words for an address that does not exist; SES calls these bounces permanent. */
const deadAddress =
  /\b5\.1\.\d|\b5\.2\.1\b|user unknown|does not exist|no such user|doesn't have|mailbox (?:unavailable|not found)/i;

/** Words that tell why SES waits; the first that fits. Anything else is `General`. */
const delayTypes = [
  { words: /\b\d{1,3}(?:\.\d{1,3}){3}\b/, delayType: 'IPFailure' },
  {
    words: /\b4\.[34]\.\d|server busy|(?:not|temporarily un)available/i,
    delayType: 'RecipientServerError',
  },
  { words: /unsolicited|suspicious|rate of email/i, delayType: 'SpamDetected' },
] as const;

/**
 * Returns the bounce that SES makes of a refusal. Whoever refuses the sender's reputation comes out as
 * Transient; only a dead address is Permanent, and goes on the account's suppression list.
 */
export function bounceOf({ reply = '', status }: Answer): Bounce {
  const isDead = deadAddress.test(reply);
  return {
    kind: 'bounce',
    bounceType: isDead ? 'Permanent' : 'Transient',
    bounceSubType: 'General',
    status: status ?? '5.0.0',
    diagnosticCode: reply,
    suppresses: isDead,
  };
}

/** Returns the delay that SES makes of a deferral. */
export function delayOf({ reply = '', status = '4.0.0' }: Answer): Delay {
  const known = delayTypes.find(({ words }) => words.test(reply));
  return {
    kind: 'delay',
    delayType: known?.delayType ?? 'General',
    status,
    diagnosticCode: reply,
  };
}

/** Returns the bounce of a mail that SES gave up on; the last reply stands inside. */
export function expiryOf({ deliverySecondsMax }: Message, { reply = '' }: Answer): Bounce {
  const minutes = Math.round(deliverySecondsMax / 60);
  const last = reply.replace(/^smtp; /, '');
  return {
    kind: 'bounce',
    bounceType: 'Transient',
    bounceSubType:
      deliverySecondsMax < defaultDeliverySeconds ? 'CustomTimeoutExceeded' : 'General',
    status: '4.4.7',
    diagnosticCode: `smtp; 554 4.4.7 Message expired: unable to deliver in ${minutes} minutes.<${last}>`,
    suppresses: false,
  };
}
