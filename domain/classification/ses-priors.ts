/**
 * What SES itself says of a bounce or delay. It read the same reply, so the reply's text outweighs it,
 * but for mail that it never sent.
 * @see https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 */
import type { BounceReason, Diagnosis } from './reasons.ts';
import type { Strength, Voice } from './voices.ts';

/** By `bounceSubType`; an unknown one says nothing. */
const bounceSubTypes: Readonly<Record<string, readonly [BounceReason, Strength]>> = {
  Suppressed: ['suppressed', 'ses'],
  OnAccountSuppressionList: ['suppressed', 'ses'],
  OnTenantSuppressionList: ['suppressed', 'ses'],
  EmailValidationSuppressed: ['suppressed', 'ses'],
  UnsubscribedRecipient: ['suppressed', 'ses'],
  NoEmail: ['invalid-recipient', 'prior'],
  MailboxFull: ['mailbox-full', 'prior'],
  MessageTooLarge: ['too-large', 'prior'],
  ContentRejected: ['spam-content', 'prior'],
  AttachmentRejected: ['policy', 'prior'],
  CustomTimeoutExceeded: ['expired', 'prior'],
};

/** By `delayType`. SendingDeferral is SES's own pause. */
const delayTypes: Readonly<Record<string, readonly [BounceReason, Strength]>> = {
  InternalFailure: ['undetermined', 'prior'],
  General: ['server-error', 'guess'],
  MailboxFull: ['mailbox-full', 'prior'],
  SpamDetected: ['spam-content', 'prior'],
  RecipientServerError: ['server-error', 'prior'],
  IPFailure: ['block-ip-reputation', 'prior'],
  TransientCommunicationFailure: ['network', 'prior'],
  BYOIPHostNameLookupUnavailable: ['auth-failure', 'prior'],
  SendingDeferral: ['undetermined', 'prior'],
};

/** Returns what SES's types say, undefined where that is nothing. */
export function voiceOfSes({ bounceType, bounceSubType, delayType }: Diagnosis): Voice | undefined {
  const [reason, strength] =
    own(bounceSubTypes, bounceSubType) ??
    own(delayTypes, delayType) ??
    (bounceType === 'Permanent' && bounceSubType === 'General'
      ? // SES calls a mailbox dead; without a reply there is nothing else to go by.
        (['invalid-recipient', 'guess'] as const)
      : []);
  return reason && strength && { reason, strength };
}

function own<V>(table: Readonly<Record<string, V>>, name: string | undefined): V | undefined {
  return name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}
