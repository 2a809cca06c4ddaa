/** Recipients of one batch that leave together share a call, and nothing but the call. */
import {
  type BulkEmailEntry,
  SESv2Client,
  type SendBulkEmailCommandInput,
} from '@aws-sdk/client-sesv2';
import { describe, expect, test } from 'vitest';
import { createBulkSender } from '../../adapters/ses-bulk.ts';
import type { Mail } from '../../adapters/ses-message.ts';
import { readOriginTag } from '../../contract/origin-tag.ts';
import { parseRequest } from '../../contract/parse-request.ts';
import { mustParse } from '../support/dispatch-world.ts';
import { addresses, type Body, batch, message } from '../support/requests.ts';

type Call = { readonly command: string; readonly input: SendBulkEmailCommandInput };

/** SES that answers as told: entries by position, or a failure of the whole call. */
function sesThat(answer: (call: Call) => object | Promise<object>) {
  const calls: Call[] = [];
  const ses = new SESv2Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'LOCAL' },
    maxAttempts: 1,
  });
  ses.middlewareStack.add(
    (_, context) => async (args) => {
      const call = { command: String(context['commandName']), input: Object(args.input) };
      calls.push(call);
      return { response: {}, output: { $metadata: {}, ...(await answer(call)) } };
    },
    { step: 'initialize', priority: 'high' },
  );
  return { ses, calls };
}

const takesAll = ({ command, input }: Call) =>
  command === 'SendBulkEmailCommand'
    ? { BulkEmailEntryResults: input.BulkEmailEntries?.map((entry) => taken(entry)) }
    : { MessageId: 'alone' };

const taken = ({ Destination }: BulkEmailEntry) => ({
  Status: 'SUCCESS',
  MessageId: `ses ${Destination?.ToAddresses}`,
});

/** The mails of one request, each with data and tags of its own. */
function mailsOf(body: Body, over: Partial<Mail> = {}): readonly Mail[] {
  const parsed = parseRequest(JSON.stringify(body));
  if (!parsed.ok || parsed.request.kind === 'stored') throw new Error(JSON.stringify(parsed));
  const { request } = parsed;
  const to = request.kind === 'batch' ? request.recipients.map((one) => one.to) : [request.to];
  return to.map((address, recipientIndex) => ({
    request,
    messageId: 'm'.repeat(22),
    attemptId: 'a'.repeat(22),
    recipientIndex,
    recipient: { address: mustParse(String(address)) },
    data: { name: `Reader ${recipientIndex}` },
    attachments: [],
    pool: 'shared',
    provider: 'gmail',
    configurationSet: 'test-marketing-shared',
    ...over,
  }));
}

test('fifty recipients are one call, each with its address, data and tags, and its own answer', async () => {
  const { ses, calls } = sesThat(takesAll);
  const send = createBulkSender(ses);
  const answers = await Promise.all(mailsOf(batch(addresses(50))).map((mail) => send(mail)));
  expect(calls).toHaveLength(1);
  const { DefaultContent, BulkEmailEntries = [], ConfigurationSetName } = calls[0]?.input ?? {};
  expect(ConfigurationSetName).toBe('test-marketing-shared');
  expect(DefaultContent?.Template?.TemplateContent?.Subject).toBe('News for {{name}}');
  expect(BulkEmailEntries[7]).toMatchObject({
    Destination: { ToAddresses: ['r7@recipient.example'] },
    ReplacementEmailContent: {
      ReplacementTemplate: { ReplacementTemplateData: '{"name":"Reader 7"}' },
    },
  });
  const tags = BulkEmailEntries[7]?.ReplacementTags ?? [];
  expect(tags).toContainEqual({ Name: 'gs-message', Value: `${'m'.repeat(22)}_07` });
  expect(answers[7]).toEqual({ ok: true, sesMessageId: 'ses r7@recipient.example' });
});

test('a recipient that SES may have already carries the mark in its entry, and no other does', async () => {
  const { ses, calls } = sesThat(takesAll);
  const send = createBulkSender(ses);
  const [first, second] = mailsOf(batch(addresses(2)));
  await Promise.all([first && send({ ...first, again: true }), second && send(second)]);
  const marks = calls[0]?.input.BulkEmailEntries?.map(({ ReplacementTags = [] }) =>
    ReplacementTags.some(({ Value = '' }) => readOriginTag(Value)?.again),
  );
  expect(marks).toEqual([true, false]);
});

describe('what goes alone', () => {
  test.each<[string, () => readonly Mail[]]>([
    ['single messages', () => [...mailsOf(message()), ...mailsOf(message())]],
    [
      'recipients of two batches',
      () => [batch(['a@x.example']), batch(['b@x.example'])].flatMap((one) => [...mailsOf(one)]),
    ],
    [
      'mail with attachments',
      () => mailsOf(batch(addresses(2)), { attachments: [new Uint8Array(3)] }),
    ],
  ])('%s', async (_, mails) => {
    const { ses, calls } = sesThat(takesAll);
    const send = createBulkSender(ses);
    const answers = await Promise.all(mails().map((mail) => send(mail)));
    expect(calls.map(({ command }) => command)).toEqual(['SendEmailCommand', 'SendEmailCommand']);
    expect(answers).toEqual(Array(2).fill({ ok: true, sesMessageId: 'alone' }));
  });
});

test('what leaves a moment later goes in the next call', async () => {
  const { ses, calls } = sesThat(takesAll);
  const send = createBulkSender(ses);
  const mails = mailsOf(batch(addresses(4)));
  await Promise.all(mails.slice(0, 2).map((mail) => send(mail)));
  await Promise.all(mails.slice(2).map((mail) => send(mail)));
  expect(calls.map(({ input }) => input.BulkEmailEntries?.length)).toEqual([2, 2]);
});

test('entries are judged one by one: taken, throttled, refused, and said nothing about', async () => {
  const { ses } = sesThat(() => ({
    BulkEmailEntryResults: [
      { Status: 'SUCCESS', MessageId: 'ses-0' },
      { Status: 'ACCOUNT_THROTTLED', Error: 'Maximum sending rate exceeded.' },
      { Status: 'MESSAGE_REJECTED', Error: 'Bad content of grace@recipient.example' },
      { Status: 'SUCCESS' },
    ],
  }));
  const send = createBulkSender(ses);
  const answers = await Promise.all(mailsOf(batch(addresses(5))).map((mail) => send(mail)));
  expect(answers).toMatchObject([
    { ok: true, sesMessageId: 'ses-0' },
    { ok: false, refusal: { kind: 'throttled' } },
    { ok: false, refusal: { kind: 'reject' }, detail: expect.not.stringContaining('grace') },
    { ok: false, refusal: { kind: 'unknown' } },
    { ok: false, refusal: { kind: 'unknown' } },
  ]);
});

test('a call without an answer is unknown for every recipient of it', async () => {
  const { ses, calls } = sesThat(() =>
    Promise.reject(Object.assign(new Error('socket'), { name: 'TimeoutError' })),
  );
  const send = createBulkSender(ses);
  const answers = await Promise.all(mailsOf(batch(addresses(3))).map((mail) => send(mail)));
  expect(calls).toHaveLength(1);
  expect(answers.map((one) => !one.ok && one.refusal.kind)).toEqual(Array(3).fill('unknown'));
});
