/** Goal: one publish reaches mailboxes and chat. Method: the SDK's client with an answer of its own. */
import { SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { type PeopleNotice, tellPeople } from '../../adapters/people-notice.ts';

const forms = z.object({ default: z.string(), email: z.string(), https: z.string() });
const chat = z.object({
  version: z.literal('1.0'),
  source: z.literal('custom'),
  content: z.object({
    title: z.string(),
    description: z.string(),
    nextSteps: z.array(z.string()).optional(),
    keywords: z.array(z.string()).optional(),
  }),
  metadata: z.object({ threadId: z.string() }).optional(),
});

/** Returns the parameters with which SNS was asked to publish. */
async function published(notice: PeopleNotice): Promise<URLSearchParams> {
  let body = '';
  const sns = new SNSClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'LOCAL' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: { readonly body?: unknown }) => {
        body = String(request.body);
        throw new Error('nobody is there');
      },
    },
  });
  await expect(tellPeople({ sns, topicArn: 'arn:aws:sns:us-east-1:1:t' }, notice)).rejects.toThrow(
    'nobody is there',
  );
  return new URLSearchParams(body);
}

const notice: PeopleNotice = {
  subject: 'Goodstanding page: mail – late',
  text: 'mail of ada@example.com waits',
  chat: {
    description: 'mail of ada@example.com waits',
    nextSteps: ['Look: `npx goodstanding queue`'],
    keywords: ['mail-late'],
    thread: 'incident-1',
  },
};

test('mailboxes get the text and chat gets its own form, from one publish', async () => {
  const asked = await published(notice);
  expect(asked.get('MessageStructure')).toBe('json');
  const message = forms.parse(JSON.parse(asked.get('Message') ?? ''));
  expect(message.email).toBe('mail of …@example.com waits');
  expect(message.default).toBe(message.email);
  expect(chat.parse(JSON.parse(message.https))).toMatchObject({
    content: {
      title: 'Goodstanding page: mail ? late',
      description: 'mail of …@example.com waits',
      nextSteps: ['Look: `npx goodstanding queue`'],
      keywords: ['mail-late'],
    },
    metadata: { threadId: 'incident-1' },
  });
});

test('a notice without a form for chat reaches chat with its text', async () => {
  const { subject, text } = notice;
  const asked = await published({ subject, text });
  const { https } = forms.parse(JSON.parse(asked.get('Message') ?? ''));
  expect(chat.parse(JSON.parse(https)).content.description).toBe('mail of …@example.com waits');
});

test('a subject has no more than SNS takes, in ASCII', async () => {
  const asked = await published({ subject: 'ä'.repeat(200), text: 'x' });
  expect(asked.get('Subject')).toBe('?'.repeat(99));
});
