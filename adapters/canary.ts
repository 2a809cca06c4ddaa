import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { canaryTag, tagNames } from '../contract/tags.ts';

/** A mail that is sent so that SES reports something of it. */
export type Canary = { readonly from: string; readonly configurationSet: string };

/**
 * A mailbox of SES's own that always bounces: the bounce suppresses nobody, counts for no reputation and takes
 * nothing from the quota of 24 hours.
 * @see https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
 */
const mailbox = 'bounce@simulator.amazonses.com';

/** Sends one canary through a configuration set. Not idempotent: two are two events, which is harmless. */
export async function sendCanary(
  ses: SESv2Client,
  { from, configurationSet }: Canary,
): Promise<void> {
  await ses.send(
    new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [mailbox] },
      Content: {
        Simple: {
          Subject: { Data: 'Canary' },
          Body: { Text: { Data: 'It bounces, and the event of that shows that events arrive.' } },
        },
      },
      ConfigurationSetName: configurationSet,
      EmailTags: [{ Name: tagNames.canary, Value: canaryTag }],
    }),
  );
}
