import type { Replies } from './reply.ts';

/** Replies of microsoft, in the words of its documentation. @see https://sendersupport.olc.protection.outlook.com/pm/troubleshooting.aspx */
export const microsoftReplies: Replies = {
  outage: [
    ['4.3.2', '451 4.3.2 Temporary server error. Please try again later. PRX5'],
    ['4.3.2', '421 4.3.2 Service not available, closing transmission channel'],
  ],
  noise: [['4.3.2', '451 4.3.2 Temporary server error. Please try again later.']],
  'quota-ip': [
    [
      '4.7.650',
      '451 4.7.650 The mail server [{ip}] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see https://postmaster.live.com (S775)',
    ],
    [
      '4.0.0',
      '421 RP-001 The mail server IP [{ip}] connecting to Outlook.com server has exceeded the rate limit allowed. Reason for rate limitation is related to IP/domain reputation.',
    ],
  ],
  'quota-domain': [
    ['4.7.500', '451 4.7.500 Server busy. Please try again later from [your domain]. (S77719)'],
  ],
  'refused-ip': [
    [
      '5.7.1',
      "550 5.7.1 Unfortunately, messages from [{ip}] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). You can also refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors.",
    ],
  ],
  'refused-range': [
    [
      '5.7.1',
      "550 5.7.1 Unfortunately, messages from [{ip}] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140). You can also refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors.",
    ],
  ],
  'refused-domain': [
    ['5.7.511', '550 5.7.511 Access denied, banned sender. For more information, contact support.'],
  ],
  'listed-ip': [
    [
      '5.7.1',
      "550 OU-001 (SNT004) Unfortunately, messages from {ip} weren't sent. Please contact your Internet service provider. You can tell them that Hotmail does not relay dynamically-assigned IP ranges or listed addresses; the mail server IP is on a list of Spamhaus.",
    ],
  ],
  'unknown-users': [
    [
      '5.0.0',
      '550 SC-002 Mail rejected by Outlook.com for policy reasons. The mail server IP connecting to Outlook.com has exhibited namespace mining behavior.',
    ],
  ],
  'unknown-user': [
    ['5.5.0', '550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).'],
    [
      '5.1.10',
      '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
    ],
  ],
  content: [
    [
      '5.0.0',
      '550 SC-001 Mail rejected by Outlook.com for policy reasons. Reasons for rejection may be related to content with spam-like characteristics or IP/domain reputation.',
    ],
  ],
};
