import type { Replies } from './reply.ts';

/** Replies of common mail servers: Postfix, Exim, Exchange, and filters in front of them. */
export const commonReplies: Replies = {
  outage: [
    ['4.3.2', '421 4.3.2 System not accepting network messages'],
    ['4.3.0', '451 4.3.0 Error: queue file write error'],
  ],
  noise: [
    ['4.3.5', '451 4.3.5 Server configuration problem'],
    ['4.0.0', '451 Temporary local problem - please try later'],
    ['4.4.2', '421 4.4.2 mx.example.net Error: timeout exceeded'],
  ],
  greylist: [
    [
      '4.2.0',
      '450 4.2.0 <user@example.net>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.net.html',
    ],
    ['4.7.1', '451 4.7.1 Greylisting in action, please come back later'],
  ],
  'quota-ip': [['4.7.1', '421 4.7.1 {ip} has sent too many messages, try again later']],
  'quota-domain': [
    ['4.7.1', '450 4.7.1 <bounce@{domain}>: Sender address rejected: rate limit exceeded'],
  ],
  'low-ip': [['4.7.1', '450 4.7.1 Client host rejected: poor reputation of {ip}']],
  'low-domain': [['4.7.1', '450 4.7.1 poor reputation of sender domain {domain}']],
  'refused-ip': [
    ['5.7.1', '554 5.7.1 <unknown[{ip}]>: Client host rejected: Access denied'],
    [
      '5.7.0',
      '550 5.7.0 Your server IP address {ip} is in our database of senders we do not accept mail from',
    ],
    ['5.0.0', '550 Mail from {ip} refused - bad reputation'],
  ],
  'refused-domain': [
    ['5.7.1', '554 5.7.1 <bounce@{domain}>: Sender address rejected: Access denied'],
  ],
  'listed-ip': [
    ['5.7.1', '554 5.7.1 Service unavailable; Client host [{ip}] blocked using {zone}'],
    ['5.0.0', '550 JunkMail rejected - [{ip}] is in an RBL on {zone}'],
  ],
  'listed-domain': [
    [
      '5.7.1',
      '554 5.7.1 Service unavailable; Sender address [bounce@{listed}] blocked using {zone}',
    ],
    ['5.7.1', '550 5.7.1 Message contains a URL ({listed}) listed in {zone}'],
  ],
  'unknown-users': [['4.7.1', '421 4.7.1 Error: too many errors']],
  'unknown-user': [
    [
      '5.1.1',
      '550 5.1.1 <user@example.net>: Recipient address rejected: User unknown in virtual mailbox table',
    ],
    ['5.1.1', '550 5.1.1 User unknown'],
    ['5.0.0', '550 No such user here'],
  ],
  content: [
    ['5.7.1', '554 5.7.1 Message rejected as spam by Content Filtering.'],
    ['5.7.0', '550 5.7.0 Local policy violation'],
  ],
};
