import { randomBytes } from 'node:crypto';
import { type Attachment, SendEmailCommand, type SendEmailRequest } from '@aws-sdk/client-sesv2';
import { extract } from 'letterparser';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mail, openWorkbench, type Workbench } from './ses-workbench.ts';

let bench: Workbench;

beforeAll(async () => {
  bench = await openWorkbench();
});

afterAll(() => bench.close());

async function sent(changes: Partial<SendEmailRequest>): Promise<{ id: string; bytes: Buffer }> {
  const { MessageId = '' } = await bench.client.send(new SendEmailCommand(mail(changes)));
  const answer = await bench.local('GET', `/messages/${MessageId}.eml`);
  expect(answer.headers.get('content-type')).toBe('message/rfc822');
  return { id: MessageId, bytes: Buffer.from(await answer.arrayBuffer()) };
}

const subject =
  'Grüße aus Köln — 你好 🎉 and a subject long enough to be folded at least once or twice';
const text =
  'Zeile eins\r\nZeile zwei mit Umlauten: äöüß\r\n.\r\nFrom the start of a line\r\n\r\n  trailing  ';
const html = `<html><body><p>${'long line without any break '.repeat(60)}äöü 🎉</p><img src="cid:logo"></body></html>`;
const image = randomBytes(3000);
const binary = Buffer.from(Array.from({ length: 512 }, (_, n) => n % 256));

function content(attachments?: Attachment[]): NonNullable<SendEmailRequest['Content']> {
  const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return {
    Simple: {
      Subject: utf8(subject),
      Body: { Text: utf8(text), Html: utf8(html) },
      Headers: [{ Name: 'List-Unsubscribe', Value: '<https://example.com/u?token=a>' }],
      ...(attachments === undefined ? {} : { Attachments: attachments }),
    },
  };
}

describe('Simple content, read back by independent parsers', () => {
  test('is what was asked for, with an inline image and a binary attachment', async () => {
    const { id, bytes } = await sent({
      Content: content([
        {
          FileName: 'logo.png',
          RawContent: image,
          ContentDisposition: 'INLINE',
          ContentId: 'logo',
          ContentType: 'image/png',
        },
        {
          FileName: 'Übersicht 2026.pdf',
          RawContent: binary,
          ContentType: 'application/pdf',
          ContentDescription: 'figures',
        },
      ]),
      Destination: {
        ToAddresses: ['Jürgen <j@example.net>', 'b@example.net'],
        CcAddresses: ['c@example.net'],
        BccAddresses: ['hidden@example.net'],
      },
      ReplyToAddresses: ['Reply <reply@example.com>'],
    });
    const parsed = await PostalMime.parse(bytes);
    expect(parsed.subject).toBe(subject);
    expect(lines(parsed.text)).toBe(lines(text));
    expect(lines(parsed.html)).toBe(lines(html));
    expect(parsed.from).toMatchObject({ name: 'Sender Name', address: 'sender@example.com' });
    expect(parsed.to).toMatchObject([
      { name: 'Jürgen', address: 'j@example.net' },
      { address: 'b@example.net' },
    ]);
    expect(parsed.cc).toMatchObject([{ address: 'c@example.net' }]);
    expect(parsed.replyTo).toMatchObject([{ name: 'Reply', address: 'reply@example.com' }]);
    expect(parsed.messageId).toBe(`<${id}@email.amazonses.com>`);
    expect(Number.isNaN(Date.parse(parsed.date ?? ''))).toBe(false);
    expect(parsed.headers.find(({ key }) => key === 'list-unsubscribe')?.value).toBe(
      '<https://example.com/u?token=a>',
    );
    expect(bytes.toString('latin1')).not.toContain('hidden@example.net');
    const [logo, sheet] = parsed.attachments;
    expect(logo).toMatchObject({
      filename: 'logo.png',
      mimeType: 'image/png',
      disposition: 'inline',
      contentId: '<logo>',
    });
    expect(Buffer.from(bytesOf(logo?.content))).toEqual(image);
    expect(sheet).toMatchObject({
      filename: 'Übersicht 2026.pdf',
      disposition: 'attachment',
      description: 'figures',
    });
    expect(Buffer.from(bytesOf(sheet?.content))).toEqual(binary);
  });

  test('is read alike by a second parser', async () => {
    const { bytes } = await sent({ Content: content() });
    const read = extract(bytes.toString('utf8'));
    expect(read.subject).toBe(subject);
    expect(lines(read.html)).toBe(lines(html));
    // letterparser drops spaces at the end of a text, even encoded ones.
    expect(lines(read.text)).toBe(lines(text).trimEnd());
  });

  test.each(['BASE64', 'QUOTED_PRINTABLE', 'SEVEN_BIT'] as const)(
    'attachments leave as %s',
    async (encoding) => {
      const data = Buffer.from('a,b\r\n1,2\r\n');
      const attachment: Attachment = {
        FileName: 'a.csv',
        RawContent: data,
        ContentType: 'text/csv',
        ContentTransferEncoding: encoding,
      };
      const parsed = await PostalMime.parse((await sent({ Content: content([attachment]) })).bytes);
      const read = Buffer.from(bytesOf(parsed.attachments[0]?.content)).toString();
      expect(lines(read)).toBe(lines(data.toString()));
    },
  );

  test('keeps its own Message-ID and Date whatever the headers say', async () => {
    const Headers = [
      { Name: 'Message-ID', Value: '<mine@example.com>' },
      { Name: 'Date', Value: 'yesterday' },
    ];
    const { id, bytes } = await sent({
      Content: { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } }, Headers } },
    });
    const head = bytes.toString('latin1');
    expect(head).toContain(`<${id}@email.amazonses.com>`);
    expect(head).not.toContain('mine@example.com');
    expect(head).not.toContain('yesterday');
  });

  test('loses the characters that its character set lacks', async () => {
    const body = { Text: { Data: 'für 10 €', Charset: 'ISO-8859-1' } };
    const { bytes } = await sent({
      Content: { Simple: { Subject: { Data: 'Grüße' }, Body: body } },
    });
    const parsed = await PostalMime.parse(bytes);
    expect(parsed.subject).toBe('Gr??e');
    expect(parsed.text?.trim()).toBe('für 10 ?');
  });

  test('has the content type its events announce', async () => {
    for (const attachments of [
      undefined,
      [{ FileName: 'a.bin', RawContent: binary }],
      [{ FileName: 'a.png', RawContent: image, ContentId: 'logo' }],
    ]) {
      const { id, bytes } = await sent({ Content: content(attachments) });
      await bench.settle();
      const send = bench.events().find((event) => event.mail.messageId === id);
      const announced = /"Content-Type","value":"([^;]+); boundary=\\"([^"\\]+)/.exec(
        JSON.stringify(send?.mail),
      );
      const written = /^Content-Type: ([^;]+);\s+boundary="([^"]+)"/m.exec(
        bytes.toString('latin1'),
      );
      expect(written?.slice(1)).toHaveLength(2);
      expect(announced?.slice(1)).toEqual(written?.slice(1));
    }
  });

  test('carries the feedback ids', async () => {
    const tag = (Name: string, Value: string) => ({ Name, Value });
    const { bytes } = await sent({
      EmailTags: [tag('ses:feedback-id-a', 'spring'), tag('ses:feedback-id-b', 'shop')],
    });
    expect(bytes.toString('latin1')).toContain('Feedback-ID: spring:shop:');
  });
});

describe('Raw content', () => {
  const rawMail = [
    'Received: from somewhere by elsewhere; Mon, 1 Jan 2026 00:00:00 +0000',
    'From: =?utf-8?q?S=C3=A4nder?= <raw@example.com>',
    'To: One <one@example.net>,',
    ' two@example.net',
    'Cc: three@example.net',
    'Bcc: four@example.net,',
    '\tfive@example.net',
    'Subject: raw   with  spaces',
    'X-SES-CONFIGURATION-SET: reporting',
    'X-SES-MESSAGE-TAGS: kind=raw, source=header',
    'Message-ID: <own@example.com>',
    'X-Odd:no space',
    'Content-Type: application/octet-stream',
    '',
    '',
  ].join('\r\n');
  const Data = Buffer.concat([
    Buffer.from(rawMail),
    Buffer.from([0, 255, 13, 10, 10, 13, 128]),
    Buffer.from('Bcc: body@example.net\r\n'),
  ]);
  const request: SendEmailRequest = { Content: { Raw: { Data } } };

  test('keeps its bytes but for Bcc and X-SES headers', async () => {
    const { bytes } = await sent({
      ...request,
      FromEmailAddress: undefined,
      Destination: undefined,
      ConfigurationSetName: undefined,
    });
    const dropped = [
      'Bcc: four@example.net,\r\n\tfive@example.net\r\n',
      'X-SES-CONFIGURATION-SET: reporting\r\n',
      'X-SES-MESSAGE-TAGS: kind=raw, source=header\r\n',
    ];
    const expected = dropped.reduce((all, line) => all.replace(line, ''), Data.toString('latin1'));
    expect(bytes.toString('latin1')).toBe(expected);
  });

  test('brings sender, recipients, tags and set in its headers', async () => {
    const { id } = await sent({
      ...request,
      FromEmailAddress: undefined,
      Destination: undefined,
      ConfigurationSetName: undefined,
    });
    await bench.settle();
    const send = bench.events().find((event) => event.mail.messageId === id);
    expect(send?.mail).toMatchObject({
      destination: ['one', 'two', 'three', 'four', 'five'].map((name) => `${name}@example.net`),
      tags: { kind: ['raw'], source: ['header'], 'ses:from-domain': ['example.com'] },
    });
    expect(JSON.stringify(send?.mail['headers'])).not.toContain('four@example.net');
  });

  test('yields to the parameters of the request', async () => {
    const { id } = await sent({
      ...request,
      FromEmailAddress: 'other@example.com',
      Destination: { ToAddresses: ['only@example.net'] },
      EmailTags: [{ Name: 'kind', Value: 'param' }],
    });
    await bench.settle();
    const send = bench.events().find((event) => event.mail.messageId === id);
    expect(send?.mail).toMatchObject({
      source: 'other@example.com',
      destination: ['only@example.net'],
      tags: { kind: ['param'] },
    });
    expect(send?.mail['tags']).not.toHaveProperty('source');
  });

  test('is left alone when it has nothing to strip', async () => {
    const plain = Buffer.from(
      'From: a@example.com\nTo: b@example.net\n\nbody with bare\nline feeds\n',
    );
    const { bytes } = await sent({ Content: { Raw: { Data: plain } } });
    expect(bytes).toEqual(plain);
  });
});

/** Line breaks are CRLF on the wire, and parsers hand them over as they like. */
function lines(value: string | undefined): string {
  return (value ?? '').replaceAll('\r\n', '\n').replace(/\n+$/, '');
}

function bytesOf(value: string | ArrayBuffer | Uint8Array | undefined): Uint8Array {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return value instanceof Uint8Array ? value : Buffer.from(value ?? '');
}
