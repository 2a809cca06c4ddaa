import type { Replies } from './reply.ts';

/** What its servers write behind every reply: their id of the session, and their mark. */
const mark = 'd2e1a72fcca58-7ab0c1d2e3fsi4321567b3a.210 - gsmtp';

const documented: Replies = {
  outage: [
    ['4.3.0', '421 4.3.0 Temporary System Problem. Try again later.'],
    ['4.4.5', '421 4.4.5 Server busy, try again later.'],
  ],
  noise: [['4.3.0', '451 4.3.0 Mail server temporarily rejected message.']],
  'quota-ip': [
    [
      '4.7.28',
      '421-4.7.28 Gmail has detected an unusual rate of email originating from your IP address [{ip}]. To protect our users from spam, email sent from your IP address has been temporarily rate limited. 421 4.7.28 For more information, go to https://support.google.com/mail/answer/81126',
    ],
  ],
  'quota-domain': [
    [
      '4.7.28',
      '421-4.7.28 Gmail has detected an unusual rate of email originating from your DKIM domain [{domain}]. To protect our users from spam, email sent from your domain has been temporarily rate limited. 421 4.7.28 For more information, go to https://support.google.com/mail/answer/81126',
    ],
    [
      '4.7.28',
      '421-4.7.28 There is an unusual rate of unsolicited mail originating from your SPF domain [{domain}]. To protect our users from spam, mail sent from your domain has been temporarily rate limited.',
    ],
  ],
  'low-ip': [
    [
      '4.7.0',
      '421-4.7.0 [{ip}] This message is suspicious due to the very low reputation of the sending IP address. To protect our users from spam, mail sent from your IP address has been temporarily deferred.',
    ],
  ],
  'low-domain': [
    [
      '4.7.0',
      '421-4.7.0 This message is suspicious due to the very low reputation of the sending domain. To best protect our users from spam, the message has been deferred.',
    ],
  ],
  'refused-ip': [
    [
      '5.7.1',
      '550-5.7.1 [{ip}] Gmail has detected that this message is likely suspicious due to the very low reputation of the sending IP address. To best protect our users from spam, the message has been blocked.',
    ],
    [
      '5.7.28',
      '550-5.7.28 [{ip}] There is an unusual rate of unsolicited email originating from your IP address. To protect our users from spam, email sent from your IP address has been blocked.',
    ],
  ],
  'refused-domain': [
    [
      '5.7.1',
      '550-5.7.1 Gmail has detected that this message is likely suspicious due to the very low reputation of the sending domain. To best protect our users from spam, the message has been blocked.',
    ],
  ],
  'unknown-user': [
    [
      '5.1.1',
      "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces.",
    ],
    ['5.2.1', '550 5.2.1 The email account that you tried to reach is inactive.'],
  ],
  content: [
    [
      '5.7.1',
      '550-5.7.1 Gmail has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked.',
    ],
  ],
};

/** Replies of gmail, in the words of its documentation. @see https://support.google.com/a/answer/3726730 */
export const gmailReplies: Replies = Object.fromEntries(
  Object.entries(documented).map(([situation, replies]) => [
    situation,
    replies.map(([status, text]) => [status, `${text} ${mark}`] as const),
  ]),
);
