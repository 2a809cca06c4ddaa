import { classify } from './classification/classify.ts';
import type { BounceReason, Classified, Diagnosis } from './classification/reasons.ts';
import type { OutcomeName, SuppressReason } from './reasons.ts';

/** One SES event about one recipient, without SES's JSON. */
export type Feedback = {
  /** SES's event type in one word, lower case: send, delivery, bounce, complaint, reject, renderingfailure, deliverydelay, open, click, subscription. */
  readonly kind: string;
  readonly at: number;
  readonly address?: string;
  /** `bounceType/bounceSubType`, delayType, or complaintFeedbackType[/complaintSubType]. */
  readonly type?: string;
  readonly status?: string;
  /** The mailbox provider's reply, or SES's reason. */
  readonly diagnostic?: string;
};

/** What an event means: the outcome it stands for, and what it does to the suppression list. */
export type FeedbackMeaning = {
  readonly outcome?: OutcomeName;
  readonly reason?: string;
  /** Suppress the recipient, for everybody or for the tenant whose mail it was. */
  readonly suppress?: { readonly reason: SuppressReason; readonly scope: 'global' | 'tenant' };
  /** A reputation block: SES may have put the recipient on its list; it must come off. */
  readonly block?: true;
  /** What the mailbox provider's reply says; of bounces and delays. */
  readonly classified?: Classified;
};

/** SES's subtypes under which a permanent bounce may be about the mailbox; one that we do not know is not. */
const deadSubTypes: ReadonlySet<string> = new Set(['General', 'NoEmail']);

/** Refusals of who we are or what we sent. SES takes the recipients of some for dead all the same. */
const blockReasons: ReadonlySet<BounceReason> = new Set([
  'block-ip-reputation',
  'blocklist-dnsbl',
  'block-domain-reputation',
  'spam-content',
]);

/**
 * Returns what an event means. A dead address is dead for every tenant; a complaint is about one
 * tenant's mail. `not-spam` reports are no complaints.
 * @see https://www.rfc-editor.org/rfc/rfc5965 feedback types
 */
export function judgeFeedback(feedback: Feedback): FeedbackMeaning {
  switch (feedback.kind) {
    case 'delivery':
      return { outcome: 'delivered' };
    case 'bounce':
      return judgeBounce(feedback);
    case 'deliverydelay':
      return { classified: classify({ ...replyOf(feedback), delayType: feedback.type ?? '' }) };
    case 'complaint':
      return judgeComplaint(feedback);
    case 'reject':
      return { outcome: 'rejected', reason: 'content-rejected' };
    case 'renderingfailure':
      return { outcome: 'rejected', reason: 'rendering-failed' };
    default:
      return {};
  }
}

/** A recipient is dead where SES says permanent, of a mailbox, and the reply says so too. */
function judgeBounce(feedback: Feedback): FeedbackMeaning {
  const [bounceType = '', bounceSubType = ''] = (feedback.type ?? '').split('/');
  const classified = classify({ ...replyOf(feedback), bounceType, bounceSubType });
  const { reason } = classified;
  if (reason === 'suppressed')
    return { outcome: 'suppressed', reason: 'ses-suppressed', classified };
  const dead = classified.suppress && bounceType === 'Permanent' && deadSubTypes.has(bounceSubType);
  return {
    outcome: 'bounced',
    reason,
    classified,
    ...(dead ? { suppress: { reason: 'hard-bounce', scope: 'global' } } : {}),
    ...(blockReasons.has(reason) ? { block: true } : {}),
  };
}

function replyOf({ diagnostic, status }: Feedback): Diagnosis {
  return {
    ...(diagnostic === undefined ? {} : { diagnostic }),
    ...(status === undefined ? {} : { status }),
  };
}

function judgeComplaint(feedback: Feedback): FeedbackMeaning {
  const [feedbackType = '', subType = ''] = (feedback.type ?? '').split('/');
  if (feedbackType === 'not-spam') return {};
  if (/^On(Account|Tenant)SuppressionList$/.test(subType))
    return { outcome: 'suppressed', reason: 'ses-suppressed' };
  return {
    outcome: 'complained',
    reason: feedbackType || 'complaint',
    suppress: { reason: 'complaint', scope: 'tenant' },
  };
}
