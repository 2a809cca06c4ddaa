import { judgeBounce } from './bounce.ts';
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
};

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
      return judgeBounceEvent(feedback);
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

function judgeBounceEvent(feedback: Feedback): FeedbackMeaning {
  const [bounceType = '', bounceSubType = ''] = (feedback.type ?? '').split('/');
  const meaning = judgeBounce({
    bounceType,
    bounceSubType,
    ...(feedback.status === undefined ? {} : { status: feedback.status }),
    ...(feedback.diagnostic === undefined ? {} : { diagnostic: feedback.diagnostic }),
  });
  switch (meaning) {
    case 'suppressed-by-ses':
      return { outcome: 'suppressed', reason: 'ses-suppressed' };
    case 'dead-address':
      return {
        outcome: 'bounced',
        reason: 'hard-bounce',
        suppress: { reason: 'hard-bounce', scope: 'global' },
      };
    case 'block':
      return { outcome: 'bounced', reason: 'block', block: true };
    case 'other':
      return { outcome: 'bounced', reason: bounceType === 'Permanent' ? 'refused' : 'soft-bounce' };
  }
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
