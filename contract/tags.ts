/**
 * SES message tags of ours: how an SES event finds its message, and where its mail came from. Values hold
 * only A-Z, a-z, 0-9, _ and -, at most 256.
 * @see https://docs.aws.amazon.com/ses/latest/dg/event-publishing-send-email.html
 */
export const tagNames = {
  /** `<message id>_<recipient index, two digits>`. */
  message: 'gs-message',
  /** Attempt, kind and origin, packed: see origin-tag.ts. */
  origin: 'gs-origin',
  /** On mail that is sent only so that SES reports something of it; what it is about is the configuration set. */
  canary: 'gs-canary',
  /** SES's own: the configuration set that the mail went through. */
  configurationSet: 'ses:configuration-set',
} as const;

/** Value of the canary tag. */
export const canaryTag = 'feedback';

/**
 * A mailbox of SES's own that always bounces: the bounce suppresses nobody, counts for no reputation and takes
 * nothing from the quota of 24 hours.
 * @see https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
 */
export const canaryMailbox = 'bounce@simulator.amazonses.com';

/** Returns the value of the message tag. */
export function messageTag(messageId: string, recipientIndex: number): string {
  return `${messageId}_${String(recipientIndex).padStart(2, '0')}`;
}

/** Returns message id and recipient index of a tag value, undefined for a foreign one. */
export function readMessageTag(
  value: string,
): { readonly messageId: string; readonly recipientIndex: number } | undefined {
  const parts = /^([A-Za-z0-9_-]{22})_(\d\d)$/.exec(value);
  return parts?.[1] && parts[2]
    ? { messageId: parts[1], recipientIndex: Number(parts[2]) }
    : undefined;
}
