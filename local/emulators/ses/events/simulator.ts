import type { Bounce, Outcome } from './outcome.ts';

const domain = '@simulator.amazonses.com';

/** The outcome of `bounce@`. Simulated bounces neither suppress the address nor count for reputation. */
export const simulatedBounce: Bounce = {
  kind: 'bounce',
  bounceType: 'Permanent',
  bounceSubType: 'General',
  status: '5.1.1',
  diagnosticCode: 'smtp; 550 5.1.1 user unknown',
  suppresses: false,
};

/** What each mailbox of the SES simulator does; labels (`bounce+label@`) are allowed. */
const mailboxes: Readonly<Record<string, Outcome>> = {
  success: { kind: 'delivery' },
  bounce: simulatedBounce,
  // The mail arrives, and the automatic answer may come back as a soft bounce.
  ooto: {
    kind: 'bounce',
    bounceType: 'Transient',
    bounceSubType: 'General',
    status: undefined,
    diagnosticCode: undefined,
    suppresses: false,
    afterDelivery: true,
  },
  complaint: { kind: 'complaint', feedbackType: 'abuse', suppresses: false },
  suppressionlist: {
    kind: 'bounce',
    bounceType: 'Permanent',
    bounceSubType: 'Suppressed',
    status: '5.1.1',
    diagnosticCode:
      'Amazon SES has suppressed sending to this address because it has a recent history of ' +
      'bouncing as an invalid address. For more information about how to remove an address from ' +
      'the suppression list, see the Amazon SES Developer Guide: ' +
      'http://docs.aws.amazon.com/ses/latest/DeveloperGuide/remove-from-suppressionlist.html',
    suppresses: false,
  },
};

/** Whether an address belongs to SES's mailbox simulator. */
export function isSimulator(address: string): boolean {
  return address.toLowerCase().endsWith(domain);
}

/** The outcome of a simulator address. What SES does with unknown ones is not documented: they bounce. */
export function simulated(address: string): Outcome | undefined {
  if (!isSimulator(address)) return undefined;
  const [mailbox = ''] = address.toLowerCase().slice(0, -domain.length).split('+', 1);
  return Object.hasOwn(mailboxes, mailbox) ? mailboxes[mailbox] : simulatedBounce;
}
