import type { Replies } from './reply.ts';

/** Replies of apple, in the words of its documentation. @see https://support.apple.com/en-us/102322 */
export const appleReplies: Replies = {
  outage: [['4.7.1', '451 4.7.1 Service unavailable - try again later']],
  noise: [['4.7.1', '451 4.7.1 Service unavailable - try again later']],
  'quota-ip': [
    [
      '4.7.1',
      '421 4.7.1 Messages to you from {ip} deferred due to excessive volume. Try again later - https://support.apple.com/en-us/HT204137',
    ],
    ['4.0.0', '421 [HCM1] Your mail from {ip} was deferred; please retry later.'],
  ],
  'low-domain': [
    [
      '5.7.1',
      '550 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137',
    ],
  ],
  'low-ip': [
    [
      '5.7.1',
      '550 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137',
    ],
  ],
  'listed-ip': [
    [
      '5.7.1',
      '550 5.7.1 Mail from IP {ip} was rejected due to listing in Spamhaus SBL. For details please see https://check.spamhaus.org/query/ip/{ip}',
    ],
  ],
  'listed-domain': [
    [
      '5.7.1',
      '550 5.7.1 Your message was rejected due to {listed}: domain present in the Spamhaus DBL',
    ],
  ],
  'unknown-user': [['5.1.1', '550 5.1.1 <user@icloud.com>: user does not exist']],
  content: [
    [
      '5.7.1',
      '550 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137',
    ],
    [
      '5.7.1',
      '550 5.7.1 [CS02] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137',
    ],
  ],
};
