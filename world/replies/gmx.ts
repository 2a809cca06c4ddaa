import type { Replies } from './reply.ts';

/** Replies of gmx, in the words of its documentation. @see https://postmaster.gmx.net/en/error-messages */
export const gmxReplies: Replies = {
  outage: [
    [
      '4.0.0',
      '421-gmx.net (mxgmx016) Nemesis ESMTP Service not available 421-Service temporarily not available 421 Please try again later',
    ],
  ],
  noise: [
    [
      '4.0.0',
      '450-gmx.net (mxgmx016) Requested mail action not taken: mailbox unavailable 450 Sorry, your message could not be processed at the moment. Please try again later.',
    ],
  ],
  'quota-ip': [
    [
      '4.0.0',
      '421-gmx.net (mxgmx114) Nemesis ESMTP Service not available 421-Rate limit reached. 421 Please try again later',
    ],
  ],
  'refused-ip': [
    [
      '5.0.0',
      '554-gmx.net (mxgmx008) Nemesis ESMTP Service not available 554-No SMTP service 554-IP address is block listed. 554 For explanation visit https://postmaster.gmx.net/en/error-messages?ip={ip}&c=bip',
    ],
  ],
  'refused-domain': [
    [
      '5.0.0',
      '554-Transaction failed 554-Reject due to policy restrictions. 554 For explanation visit https://postmaster.gmx.net/en/case?c=r0601',
    ],
  ],
  'unknown-users': [
    [
      '4.0.0',
      '421-gmx.net (mxgmx008) Nemesis ESMTP Service not available 421-Reject due to policy violations. 421 For explanation visit https://postmaster.gmx.net/en/error-messages?ip={ip}&c=hi',
    ],
  ],
  'unknown-user': [
    [
      '5.0.0',
      '550-Requested action not taken: mailbox unavailable 550 For explanation visit https://postmaster.gmx.net/en/case?c=nv',
    ],
  ],
  content: [
    [
      '5.0.0',
      '554-Transaction failed 554-Reject due to policy restrictions. 554 For explanation visit https://postmaster.gmx.net/en/case?c=r0103',
    ],
  ],
};
