/**
 * What a bounce says about the address. Conservative on purpose: a recipient is suppressed only when the
 * reply is about the mailbox; a block is about us and never suppresses.
 */
export type BounceReport = {
  /** Permanent, Transient or Undetermined. */
  readonly bounceType: string;
  /** General, NoEmail, Suppressed, OnAccountSuppressionList, MailboxFull, … */
  readonly bounceSubType: string;
  /** Enhanced status code, such as 5.1.1. */
  readonly status?: string;
  /** The mailbox provider's reply. */
  readonly diagnostic?: string;
};

/**
 * `dead-address`: suppress. `block`: our reputation, never suppress. `suppressed-by-ses`: SES did not
 * send it. `other`: content, policy, full mailbox, anything transient or unknown.
 */
export type BounceMeaning = 'dead-address' | 'block' | 'suppressed-by-ses' | 'other';

/** Subtypes under which SES itself refused to send. */
const suppressedBySes = new Set([
  'Suppressed',
  'OnAccountSuppressionList',
  'OnTenantSuppressionList',
  'EmailValidationSuppressed',
  'UnsubscribedRecipient',
]);

/**
 * Replies about the sender's standing, whatever code they hide behind. Texts are those of Gmail,
 * Microsoft, Yahoo, Apple, GMX, Comcast, Cox, Orange, T-Online and of blocklist look-ups.
 * @see docs/glossary.md block
 */
const blockTexts: readonly RegExp[] = [
  /\b(block|black|deny|reject)[- ]?list/i,
  /\b(spamhaus|spamcop|barracuda|sorbs|uceprotect|abusix|mailspike|psbl|spamrats|surbl|uribl|invaluement|dnsbl|rbl|cloudmark|senderscore|proofpoint|csi\.)/i,
  /\breputation\b/i,
  /\b(S3140|S3150|S775|S843)\b|\[?(TSS?\d\d|IPTS\d\d|BL2\d|PH01|CS0\d|HM0\d|HCM\d|BS0\d)\]?|\bOFR_?\d|\bCXBL|\b(BL|RL)0{2,}|\bAUP#/,
  /\b(ip|host|server|sender|client|domain|network|address)\b[^.]{0,60}\b(is |are |been |was )?(block|blocked|banned|blacklisted|listed|denied access|refused)\b/i,
  /\b(blocked|banned|listed) (by|at|in|on|using|for)\b/i,
  /unsolicited|unusual rate|suspicious|low rate limit|user complaints|part of their network|on our block/i,
  /invalid ip\b|access denied|banned sending|poor sender|bad sender|spam (source|sender|sending)/i,
  /\b5\.7\.(60[6-9]|6[1-4]\d|511|512|513|708|750)\b|\b5\.7\.28\b/,
];

/** Replies that say that there is no such mailbox or domain. */
const deadAddressTexts: readonly RegExp[] = [
  /\b(user|recipient|mailbox|account|address|inbox|alias)\b[^.]{0,40}\b(unknown|not found|does ?n[o']t exist|no longer|invalid|disabled|inactive|unavailable|not available|deactivated)\b/i,
  /\b(unknown|no such|invalid|non-?existent|nonexistent|bad destination)\b[^.]{0,30}\b(user|recipient|mailbox|account|address|person|domain|host)\b/i,
  /does(n't| not) (exist|have)|no mailbox here|not a valid (mailbox|user|recipient)|domain not found|null mx/i,
];

/** Replies that name the address but are about the sender or the mailbox's size. */
const notTheAddressTexts =
  /\b(sender|mail from|from address|quota|mailbox full|out of storage|relay)\b/i;

/** Enhanced codes about the destination mailbox or domain. @see RFC 3463 section 3.2, 3.3 */
const deadAddressStatus = /^5\.(1\.(0|1|2|3|6|10)|2\.1)$/;

/** Returns what a bounce means for the address and for us. */
export function judgeBounce(report: BounceReport): BounceMeaning {
  if (suppressedBySes.has(report.bounceSubType)) return 'suppressed-by-ses';
  const text = report.diagnostic ?? '';
  const status = report.status ?? /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(text)?.[0] ?? '';
  const saysBlock = blockTexts.some((pattern) => pattern.test(text));
  const saysDead = deadAddressTexts.some((pattern) => pattern.test(text));
  if (saysBlock && !(saysDead && deadAddressStatus.test(status))) return 'block';
  if (report.bounceType !== 'Permanent') return 'other';
  if (report.bounceSubType === 'NoEmail') return 'dead-address';
  if (report.bounceSubType !== 'General' || notTheAddressTexts.test(text)) return 'other';
  if (deadAddressStatus.test(status)) return 'dead-address';
  // A code that names another subject (5.7 policy, 5.2.2 full, 5.3 system) outweighs a loose phrase.
  const vague = status === '' || /^5\.[05]\./.test(status);
  if (vague && saysDead) return 'dead-address';
  // Without a reply there is only SES's word, and SES calls it permanent.
  return text === '' && status === '' ? 'dead-address' : 'other';
}
