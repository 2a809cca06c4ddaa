/** A canary is a mail of ours to SES's own bouncing mailbox, marked so that its event is known. */
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { expect, test } from 'vitest';
import { sendCanary } from '../../adapters/canary.ts';

test('it goes through its configuration set to the simulator, with the tag of a canary alone', async () => {
  const ses = new SESv2Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'A', secretAccessKey: 'B' },
  });
  const calls: object[] = [];
  ses.middlewareStack.add(
    () => async (args) => {
      calls.push(args.input);
      return { output: { $metadata: {} }, response: {} };
    },
    { step: 'initialize', priority: 'low' },
  );
  await sendCanary(ses, { from: 'canary@example.com', configurationSet: 'mail-news-shared' });
  expect(calls).toMatchObject([
    {
      FromEmailAddress: 'canary@example.com',
      Destination: { ToAddresses: ['bounce@simulator.amazonses.com'] },
      ConfigurationSetName: 'mail-news-shared',
      EmailTags: [{ Name: 'gs-canary', Value: 'feedback' }],
    },
  ]);
});
