import type { Replies } from './reply.ts';

/** Replies of yahoo, in the words of its documentation. @see https://senders.yahooinc.com/smtp-error-codes/ */
export const yahooReplies: Replies = {
  outage: [['4.0.0', '451 Resources temporarily unavailable. Please try again later [#4.16.1]']],
  noise: [['4.0.0', '421 Max message per connection reached, closing transmission channel']],
  'quota-ip': [
    [
      '4.7.0',
      '421 4.7.0 [TSS04] Messages from {ip} temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes',
    ],
  ],
  'quota-domain': [
    [
      '4.7.0',
      '421 4.7.0 [TSS04] Messages from {ip} temporarily deferred due to unexpected volume or user complaints - 4.16.55.1',
    ],
  ],
  'refused-ip': [
    [
      '5.7.2',
      '553 5.7.2 [TSS09] All messages from {ip} will be permanently deferred; Retrying will NOT succeed. See https://postmaster.yahooinc.com/error-codes',
    ],
    [
      '5.7.2',
      '553 5.7.2 [TSS11] All messages from {ip} will be permanently deferred; Retrying will NOT succeed. See https://postmaster.yahooinc.com/error-codes',
    ],
  ],
  'refused-domain': [
    [
      '5.7.9',
      '554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes',
    ],
  ],
  'listed-ip': [
    [
      '5.7.1',
      "553 5.7.1 [BL21] Connections will not be accepted from {ip}, because the ip is in Spamhaus's list; see http://postmaster.yahoo.com/550-bl23.html",
    ],
  ],
  'unknown-users': [
    [
      '4.7.0',
      '421 4.7.0 [TSS05] Messages from {ip} temporarily deferred due to excessive unknown recipients',
    ],
  ],
  'unknown-user': [
    [
      '5.0.0',
      "554 delivery error: dd This user doesn't have a yahoo.com account (user@yahoo.com) [0]",
    ],
    ['5.0.0', '552 1 Requested mail action aborted, mailbox not found'],
  ],
  content: [
    [
      '5.7.9',
      '554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes',
    ],
    [
      '5.0.0',
      '554 [PH01] Email not accepted for policy reasons. Please visit https://postmaster.yahooinc.com/error-codes',
    ],
  ],
};
