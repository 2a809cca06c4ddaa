/**
 * Every machine-readable reason an outcome can carry, in tables: what it means and what to do.
 * Apps read the key; people read the sentence.
 */

/** The request is at fault and is never retried; correct it and send it under a new id. */
export const rejectReasons = {
  'invalid-json': 'the body is not JSON; send one JSON object a queue message',
  'unknown-version': 'version must be 1',
  'unknown-kind': 'kind must be message, batch or stored',
  'missing-field': 'a required field is absent',
  'unknown-field': 'a field is not in the schema; correct its name or remove it',
  'invalid-field': 'a field has a wrong type, form or length',
  'header-injection': 'a header field holds a line break or control character',
  'header-reserved': 'this header is written by SES or by us and cannot be set',
  'too-many-recipients': 'a batch holds at most 50 recipients',
  'recipient-without-domain': 'a recipient is local@domain',
  'recipient-invalid': 'the recipient is not an address SES accepts',
  'recipient-local-part-not-ascii': 'SES takes only ASCII before the @',
  'duplicate-recipient': 'the address stands twice in this batch; it is sent once',
  'stream-unknown': 'no such stream in this deployment',
  'stream-mismatch': "the request names another stream than this queue's",
  'pool-unknown': 'the stream has no such pool',
  'tenant-unknown': 'no such tenant in the directory',
  'tenant-suspended': 'the tenant may not send',
  'tenant-stream-forbidden': 'the tenant may not use this stream',
  'from-domain-foreign': 'the tenant does not own the From domain',
  'from-header-mismatch': 'the raw message must have exactly one From, owned by the tenant',
  'id-reused': 'the id was used for a request with other content',
  'send-at-too-far':
    'sendAt may be at most 365 days ahead, for content in the bucket two days less than it is kept',
  'expires-before-send': 'expiresAt must be later than sendAt, or the mail waits only to expire',
  'template-unknown': 'SES has no template of this name',
  'template-too-large': 'subject, text and html of a batch may have 500 KB together',
  'stored-body-missing': 'the stored request is not in the content bucket',
  'attachment-missing': 'the attachment is not in the content bucket',
  'message-too-large': 'a message may have 40 MB after encoding',
  'content-rejected': 'SES refused the content',
  'rendering-failed': 'SES could not render the template with this data',
  'ses-refused': 'SES refused the request',
  forgotten: 'an operator forgot the mail while it waited (goodstanding forget); it is not sent',
  purged:
    'an operator deleted the mail from what was parked (goodstanding dlq purge); it is not sent',
} as const;
export type RejectReason = keyof typeof rejectReasons;

/** The sender's set-up is at fault; the mail waits, parked, until a person has mended it and redrives. */
export const parkReasons = {
  'recipient-unverified-in-sandbox':
    'the SES account is in the sandbox: request production access, or verify the recipient; then redrive',
  'identity-unverified':
    'the From identity is not verified in SES: finish its DNS records or click the link; then redrive',
  'mail-from-unverified': 'the custom MAIL FROM domain has no MX record: add it; then redrive',
  'configuration-missing':
    'a configuration set or pool named by the assignment is gone: deploy again; then redrive',
  'waited-too-long':
    'it was tried about a hundred times: see the alarms and the SES console, mend the cause; then redrive',
  ambiguous:
    'SES gave no answer and no event since: it may or may not have been sent; redrive sends it again',
  'access-denied':
    'the dispatch role may not make this call: add a new From domain to sendingDomains, deploy again or mend the policy; then redrive',
  'mail-unbuilt':
    'our code failed to write the call to SES, nothing left: report it with its detail, deploy the mended version; then redrive',
} as const;
export type ParkReason = keyof typeof parkReasons;

/** Why mail waits by design; it leaves by itself or by an operator's release. */
export const holdReasons = {
  'tenant-held': 'an operator holds this tenant: `tenants release` sends it on',
  'send-at': 'waits for its sendAt',
  'rate-busy':
    "other mail uses SES's rate up for now; it goes on by itself when its turn comes; a higher rate is AWS's to give",
  'allowance-spent':
    'the pool may send no more to this mailbox provider for now; it goes on when its allowance renews',
  'reputation-hold':
    'this part of the mail is held or slowed to protect its reputation: `decisions list` says why and until when; it goes on by itself',
} as const;
export type HoldReason = keyof typeof holdReasons;

/** Why SES takes no mail of a stream for now; the mail waits in its queue and goes as soon as SES takes it. */
export const sesHoldReasons = {
  'quota-spent':
    "SES's quota for 24 hours is spent: it frees by itself; ask AWS for a higher one, or send less",
  'sending-paused':
    'SES sending is paused for the account or configuration set: read the SES console and the mail from AWS, mend the cause, resume',
  'account-suspended': 'AWS has suspended SES sending: answer the support case',
} as const;
export type SesHoldReason = keyof typeof sesHoldReasons;

/** Why a recipient was not sent to. */
export const suppressReasons = {
  'hard-bounce': 'the mailbox provider said the address does not exist',
  complaint: 'the recipient reported our mail as spam',
  manual: 'an operator or app added the address',
  'ses-bounce': "the address was on SES's account suppression list for a bounce",
  'ses-complaint': "the address was on SES's account suppression list for a complaint",
  'ses-suppressed': 'SES accepted the mail but did not send it, its own list holds the address',
} as const;
export type SuppressReason = keyof typeof suppressReasons;

/** What SES or the clock reported; nothing is to be done by the app. */
export const reportReasons = {
  expired:
    'its time ran out: its expiresAt had passed before it could be sent, or SES tried in vain until the end',
  'no-answer':
    "SES has not answered: it may or may not have taken the mail; an SES event settles it, else the stream's policy after a quarter of an hour",
  rescued: 'its first pool was blocked and lost it, so it was sent once more through another',
  settled: 'SES did not answer, but an SES event says that it took the mail',
  abuse: 'the recipient reported it as spam',
  fraud: 'reported as fraud or phishing',
  virus: 'reported as carrying a virus',
  other: 'reported through a feedback loop without a kind',
  'queue-refused': 'SQS did not take the body; it never reached the pipeline',
} as const;

/** Why a mailbox provider refused a mail; whom each blames stands in classification/reasons.ts. */
export const bounceWords = {
  'invalid-recipient': 'the mailbox provider says that there is no such mailbox; it is suppressed',
  'invalid-domain': "the recipient's domain takes no mail; the address is suppressed",
  inactive: 'the mailbox is closed or disabled; it is suppressed',
  'mailbox-full': 'the mailbox is full; nothing is suppressed',
  'recipient-refused': 'the recipient or their rules refuse this mail; nothing is suppressed',
  'block-ip-reputation':
    'the mailbox provider refuses the address it was sent from; nothing is suppressed',
  'blocklist-dnsbl': 'the address it was sent from stands on a blocklist; nothing is suppressed',
  'block-domain-reputation':
    'the mailbox provider refuses the sending domain or a linked one; nothing is suppressed',
  'sender-rejected': 'the sender address was refused: check that it exists and takes mail',
  'auth-failure': 'authentication failed: check SPF, DKIM, DMARC and reverse DNS',
  'spam-content': 'the content was taken for spam or malware; nothing is suppressed',
  policy: "refused by a rule of the recipient's side; nothing is suppressed",
  'rate-limited': 'the mailbox provider took no more for now, until the end',
  greylisted: 'the mailbox provider wanted it tried again later, until the end',
  'server-error': "the mailbox provider's server was in trouble, until the end",
  network: "the mailbox provider's server could not be reached, until the end",
  dns: "the recipient's domain could not be looked up, until the end",
  'too-large': 'the mail is larger than the mailbox provider takes',
  protocol: 'the form of the mail was refused',
  'relay-denied': "the server does not take mail for the recipient's domain",
  undetermined: 'refused without a reason that we can read; nothing is suppressed',
  'not-a-failure': 'an automatic answer that SES reports as a bounce',
} as const;

/** What can become of one recipient; the last thing wins in the order of `domain/outcome.ts`. */
export const outcomes = [
  'delivered',
  'accepted',
  'bounced',
  'complained',
  'suppressed',
  'rejected',
  'expired',
  'held',
  'parked',
] as const;
export type OutcomeName = (typeof outcomes)[number];
