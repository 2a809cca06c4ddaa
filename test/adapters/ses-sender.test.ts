/** What SES is given for a mail, and what its failures become. */
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { describe, expect, test } from 'vitest';
import { type Mail, sendEmailInput } from '../../adapters/ses-message.ts';
import { createSender } from '../../adapters/ses-sender.ts';
import { withoutAddresses } from '../../adapters/without-addresses.ts';
import { readOriginTag } from '../../contract/origin-tag.ts';
import { parseRequest } from '../../contract/parse-request.ts';
import type { SendRequest } from '../../contract/send-request.ts';
import { mustParse } from '../support/dispatch-world.ts';
import { type Body, batch, message, rawContent } from '../support/requests.ts';

function requestOf(body: Body): SendRequest {
  const parsed = parseRequest(JSON.stringify(body));
  if (!parsed.ok || parsed.request.kind === 'stored') throw new Error(JSON.stringify(parsed));
  return parsed.request;
}

function mailOf(body: Body, over: Partial<Mail> = {}): Mail {
  return {
    request: requestOf(body),
    messageId: 'm'.repeat(22),
    attemptId: 'a'.repeat(22),
    recipientIndex: 3,
    recipient: { address: mustParse('grace@bücher.example'), name: 'Grace Höpper' },
    data: {},
    attachments: [],
    pool: 'shared',
    provider: 'gmail',
    configurationSet: 'test-transactional-shared',
    ...over,
  };
}

describe('the call for a mail', () => {
  test('names sender, one recipient, configuration set and our tags', () => {
    const input = sendEmailInput(mailOf(message({ tags: { campaign: 'spring' }, tenant: 'acme' })));
    expect(input).toMatchObject({
      FromEmailAddress: 'ada@sender.example',
      Destination: {
        ToAddresses: ['=?UTF-8?B?R3JhY2UgSMO2cHBlcg==?= <grace@xn--bcher-kva.example>'],
      },
      ConfigurationSetName: 'test-transactional-shared',
    });
    expect(
      Object.fromEntries((input.EmailTags ?? []).map(({ Name, Value }) => [Name, Value])),
    ).toEqual({
      campaign: 'spring',
      'gs-message': `${'m'.repeat(22)}_03`,
      'gs-origin': expect.any(String),
    });
    const origin = input.EmailTags?.find(({ Name }) => Name === 'gs-origin')?.Value ?? '';
    expect(readOriginTag(origin)).toEqual({
      attemptId: 'a'.repeat(22),
      kind: 'normal',
      again: false,
      origin: {
        tenant: 'acme',
        identity: 'sender.example',
        stream: 'transactional',
        pool: 'shared',
        provider: 'gmail',
        campaign: 'spring',
      },
      shortened: [],
    });
    for (const { Name, Value } of input.EmailTags ?? [])
      expect(`${Name}${Value}`).toMatch(/^[A-Za-z0-9_-]{1,256}$/);
  });

  test('sends a message as it was written: braces are not placeholders', () => {
    const content = { subject: 'Use {{name}}', html: '<b>{{name}}</b>' };
    expect(sendEmailInput(mailOf(message({ content }))).Content).toMatchObject({
      Simple: { Subject: { Data: 'Use {{name}}' }, Body: { Html: { Data: '<b>{{name}}</b>' } } },
    });
  });

  test('lets SES render a batch with the data of the recipient', () => {
    const data = { name: 'Grace', deep: { list: [1] } };
    expect(
      sendEmailInput(mailOf(batch(['grace@recipient.example']), { data })).Content,
    ).toMatchObject({
      Template: {
        TemplateContent: { Subject: 'News for {{name}}' },
        TemplateData: JSON.stringify(data),
      },
    });
  });

  test('hands a raw message over byte for byte', () => {
    const content = rawContent(['From: ada@sender.example', 'Subject: hi']);
    const { Raw } = sendEmailInput(mailOf(message({ content }))).Content ?? {};
    expect(Buffer.from(Raw?.Data ?? []).toString('base64')).toBe(content['raw']);
  });

  test('writes the unsubscribe headers of RFC 8058 after those of the app', () => {
    const unsubscribe = { url: 'https://sender.example/u?x=1', mailto: 'out@sender.example' };
    const headers = { 'X-Mine': 'yes' };
    expect(
      sendEmailInput(mailOf(message({ unsubscribe, headers }))).Content?.Simple?.Headers,
    ).toEqual([
      { Name: 'X-Mine', Value: 'yes' },
      {
        Name: 'List-Unsubscribe',
        Value: '<https://sender.example/u?x=1>, <mailto:out@sender.example>',
      },
      { Name: 'List-Unsubscribe-Post', Value: 'List-Unsubscribe=One-Click' },
    ]);
    const byMail = sendEmailInput(
      mailOf(message({ unsubscribe: { mailto: 'out@sender.example' } })),
    );
    expect(byMail.Content?.Simple?.Headers).toEqual([
      { Name: 'List-Unsubscribe', Value: '<mailto:out@sender.example>' },
    ]);
  });

  test('carries attachments, inline where the HTML shows them', () => {
    const file = { filename: 'ä.pdf', contentType: 'application/pdf', content: 'aGk=' };
    const attachments = [file, { ...file, contentId: 'logo@sender' }];
    const bytes = [Buffer.from('one'), Buffer.from('two')];
    const input = sendEmailInput(mailOf(message({ attachments }), { attachments: bytes }));
    expect(input.Content?.Simple?.Attachments).toMatchObject([
      { FileName: 'ä.pdf', ContentDisposition: 'ATTACHMENT', RawContent: bytes[0] },
      { ContentDisposition: 'INLINE', ContentId: 'logo@sender', RawContent: bytes[1] },
    ]);
  });
});

/** Sends through the real client, of which only the wire is replaced. */
function sendVia(wire: () => Promise<unknown>) {
  const ses = new SESv2Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'L', secretAccessKey: 'L' },
    maxAttempts: 1,
  });
  let calls = 0;
  ses.middlewareStack.add(
    () => async () => {
      calls += 1;
      return { response: {}, output: { $metadata: {}, ...Object(await wire()) } };
    },
    { step: 'deserialize', priority: 'high' },
  );
  return createSender(ses)(mailOf(message())).then((answer) => ({ answer, calls }));
}

function failing(name: string, text: string, more: object = {}): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(text), { name, ...more }));
}

describe('an answer of SES', () => {
  test('with a message id is an acceptance', async () => {
    expect(await sendVia(async () => ({ MessageId: 'ses-1' }))).toEqual({
      answer: { ok: true, sesMessageId: 'ses-1' },
      calls: 1,
    });
  });

  test('without a message id is unknown, never a success', async () => {
    expect((await sendVia(async () => ({}))).answer).toMatchObject({
      ok: false,
      refusal: { kind: 'unknown' },
    });
  });

  test.each([
    [
      'a refusal',
      failing('MessageRejected', 'Bad content', { $metadata: { httpStatusCode: 400 } }),
      'reject',
    ],
    [
      'a throttle',
      failing('TooManyRequestsException', 'Maximum sending rate exceeded.', {
        $metadata: { httpStatusCode: 429 },
      }),
      'throttled',
    ],
    ['a time-out', failing('TimeoutError', 'socket'), 'unknown'],
    ['a reset', failing('Error', 'socket', { code: 'ECONNRESET' }), 'unknown'],
    ['a refused connection', failing('Error', 'socket', { code: 'ECONNREFUSED' }), 'retry'],
    ['a thrown string', () => Promise.reject('odd'), 'unknown'],
  ])(
    'that is %s is judged, not thrown and not tried again by the client',
    async (_, wire, kind) => {
      const { answer, calls } = await sendVia(wire);
      expect(answer).toMatchObject({ ok: false, refusal: { kind } });
      expect(calls).toBe(1);
    },
  );

  test('is quoted short and without the addresses it names', async () => {
    const text = `Email address is not verified: grace@recipient.example ${'x'.repeat(1000)}`;
    const { answer } = await sendVia(
      failing('MessageRejected', text, { $metadata: { httpStatusCode: 400 } }),
    );
    const detail = answer.ok ? '' : answer.detail;
    expect(detail).not.toContain('grace');
    expect(detail.length).toBeLessThanOrEqual(300);
  });
});

test('a long text is gone through quickly', () => {
  const text = `${'x'.repeat(300_000)} ${'"'.repeat(20_000)} ada@x.example`;
  const before = performance.now();
  expect(withoutAddresses(text)).toMatch(/ …@x\.example$/);
  expect(performance.now() - before).toBeLessThan(1000);
});

test.each([
  ['to <ada@example.com>', 'to <…@example.com>'],
  ['a+b.c@d.example,e@f.example', '…@d.example,…@f.example'],
  ['nobody', 'nobody'],
  ["o'brien@x.example", '…@x.example'],
  ['(ada)smith@x.example', '…@x.example'],
  ['<"john doe"@x.example>', '<…@x.example>'],
  ['"a\\"b@c"@x.example said "no"', '…@x.example said "no"'],
  ["'ada@x.example' and mailto:bob@y.example", "…@x.example' and mailto:…@y.example"],
  ['a\\@b@x.example', '…@…@x.example'],
])('%s is told as %s', (text, expected) => expect(withoutAddresses(text)).toBe(expected));

test('a mail whose call cannot be written is put aside as ours: nothing has left', async () => {
  const calls: unknown[] = [];
  const ses = new SESv2Client({ region: 'us-east-1' });
  ses.middlewareStack.add(
    () => async (args) => {
      calls.push(args);
      throw new Error('SES was called');
    },
    { step: 'initialize' },
  );
  const mail = mailOf(batch(['grace@recipient.example']), { data: { count: 1n } });
  expect(await createSender(ses)(mail)).toMatchObject({
    ok: false,
    refusal: { kind: 'park', reason: 'mail-unbuilt' },
    detail: expect.stringMatching(/^TypeError: /),
  });
  expect(calls).toEqual([]);
});
