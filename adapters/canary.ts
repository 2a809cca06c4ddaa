import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { canaryMailbox, canaryTag, tagNames } from '../contract/tags.ts';

/** A mail that is sent so that SES reports something of it. */
export type Canary = { readonly from: string; readonly configurationSet: string };

/** Sends one canary through a configuration set. Not idempotent: two are two events, which is harmless. */
export async function sendCanary(
  ses: SESv2Client,
  { from, configurationSet }: Canary,
): Promise<void> {
  await ses.send(
    new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [canaryMailbox] },
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
