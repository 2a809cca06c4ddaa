/**
 * Goal: what an app asked for is what leaves SES, byte for byte. Method: one mail of every kind goes
 * through the whole pipeline, and parsers that had no part in it read the result.
 */
import { randomBytes } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateEmailTemplateCommand } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSes, localTarget } from '../../adapters/clients.ts';
import { readOriginTag } from '../../contract/origin-tag.ts';
import type { RecipientOutcome } from '../../contract/recipient-outcomes.ts';
import { batch, message, newId } from '../support/requests.ts';
import { mailsTo, mimeOf, type ReceivedMail } from './support/mailboxes.ts';
import { outcomeOf, until, untilAll, untilOne } from './support/outcomes.ts';
import { readMime, readTwice, unixLines } from './support/read-mime.ts';
import { askLocal, newTenant, openWorld, type World } from './support/world.ts';

const tenant = 'acme';
const pdf = randomBytes(40_000);
const image = randomBytes(3_000);
const subject =
  'Grüße aus Köln — 你好 🎉 and a subject that is long enough to be folded at least once or twice';
const text = 'Zeile eins: äöüß\n.\nFrom the start of a line\n\n{{this}} stays as it is.\n';
const html = `<p>${'a long line without any break '.repeat(60)}äöü 🎉</p><img src="cid:logo@acme">`;
let world: World;

beforeAll(async () => {
  world = await openWorld({ journey: 'mail', stack: 'many' });
  await newTenant(world, tenant);
  await askLocal(world, '/ses/dedicated-ips', {
    method: 'PUT',
    body: { pool: 'many-leased', ips: ['192.0.2.10', '192.0.2.11'] },
  });
  await storeTemplate();
});

afterAll(() => world.close());

/** Sends one mail and returns what SES received, after it was delivered. */
async function send(over: object): Promise<{ mail: ReceivedMail; mime: Buffer }> {
  const id = newId();
  const to = `${id}@recipient.example`;
  await world.enqueue([message({ id, tenant, to, ...over })]);
  await untilOne(world, { id, tenant }, 'delivered');
  const [mail, ...others] = await mailsTo(world, to);
  expect(others).toEqual([]);
  if (!mail) throw new Error(`SES received nothing for ${id}`);
  return { mail, mime: await mimeOf(world, mail.messageId) };
}

describe('a message arrives as it was written', () => {
  test('as text and html, with a long subject in many scripts', async () => {
    const { mime } = await send({ content: { subject, text, html } });
    for (const mail of await readTwice(mime)) {
      expect(mail.subject).toBe(subject);
      expect(unixLines(mail.text)).toBe(unixLines(text));
      expect(unixLines(mail.html)).toBe(unixLines(html));
    }
    // Lines of at most 998 characters, and header lines of at most 78 (RFC 5322).
    expect(Math.max(...mime.toString('latin1').split('\r\n').map(lengthOf))).toBeLessThan(998);
  });

  test('as text alone, and as html alone', async () => {
    const [asText] = await readTwice((await send({ content: { subject: 't', text } })).mime);
    expect([unixLines(asText?.text), asText?.html]).toEqual([unixLines(text), undefined]);
    const [asHtml] = await readTwice((await send({ content: { subject: 'h', html } })).mime);
    expect(unixLines(asHtml?.html)).toBe(unixLines(html));
  });

  test('as raw MIME, not a byte changed', async () => {
    const raw = Buffer.from(
      `From: Ada <ada@sender.example>\r\nTo: x@recipient.example\r\nSubject: by hand\r\nX-Own: yes\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nÜnchanged  \r\n\r\n`,
    );
    const { mime } = await send({ content: { raw: raw.toString('base64') } });
    expect(mime.equals(raw)).toBe(true);
  });

  test('as a template that is stored in SES, with its data', async () => {
    const content = { template: 'welcome', data: { name: 'Zoë', items: ['a', 'b'] } };
    const [mail] = await readTwice((await send({ content })).mime);
    expect([mail?.subject, unixLines(mail?.text)]).toEqual(['Welcome Zoë', 'Zoë: a b']);
  });

  test('with attachments inline, from S3 and within the html', async () => {
    const s3Key = 'attachments/acme/terms.bin';
    const { s3, bucket } = await world.backend.contentStore();
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: s3Key, Body: pdf }));
    const invoice = randomBytes(1_000);
    const { mime } = await send({
      content: { subject: 'Files', text: 'See inside.', html },
      attachments: [
        {
          filename: 'Rechnung März.pdf',
          contentType: 'application/pdf',
          content: invoice.toString('base64'),
        },
        { filename: 'terms.bin', contentType: 'application/octet-stream', s3Key },
        {
          filename: 'logo.png',
          contentType: 'image/png',
          content: image.toString('base64'),
          contentId: 'logo@acme',
        },
      ],
    });
    for (const { attachments } of await readTwice(mime)) {
      const bytesOf = (name: string) =>
        attachments.find(({ filename }) => filename === name)?.bytes.toString('base64');
      expect(attachments).toHaveLength(3);
      expect(bytesOf('terms.bin')).toBe(pdf.toString('base64'));
      expect(bytesOf('logo.png')).toBe(image.toString('base64'));
    }
    const { attachments } = await readMime(mime);
    const named = (name: string) => attachments.find(({ filename }) => filename === name);
    expect(named('Rechnung März.pdf')).toMatchObject({ mimeType: 'application/pdf' });
    expect(named('logo.png')).toMatchObject({ contentId: '<logo@acme>', disposition: 'inline' });
  });

  test('with its headers, Reply-To, unsubscribe headers, tags and names', async () => {
    const { mail, mime } = await send({
      from: { address: 'ada@sender.example', name: 'Ada Løvelace' },
      replyTo: ['help@sender.example', { address: 'desk@sender.example', name: 'Desk, Help' }],
      headers: { 'X-Campaign': 'spring', 'In-Reply-To': '<1@sender.example>' },
      tags: { campaign: 'spring-26' },
      unsubscribe: { url: 'https://sender.example/u?t=1', mailto: 'u@sender.example' },
    });
    const read = await readMime(mime);
    const header = (key: string) => read.headers.find((one) => one.key === key)?.value;
    expect(read.from).toMatchObject({ name: 'Ada Løvelace', address: 'ada@sender.example' });
    expect(read.replyTo).toMatchObject([
      { address: 'help@sender.example' },
      { name: 'Desk, Help', address: 'desk@sender.example' },
    ]);
    expect([header('x-campaign'), header('in-reply-to')]).toEqual(['spring', '<1@sender.example>']);
    expect(header('list-unsubscribe')).toBe(
      '<https://sender.example/u?t=1>, <mailto:u@sender.example>',
    );
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(mail.tags).toMatchObject({ campaign: 'spring-26' });
    expect(readOriginTag(mail.tags['gs-origin'] ?? '')?.origin).toMatchObject({
      tenant,
      campaign: 'spring-26',
    });
  });

  test('through the pool that was asked for, each by its own configuration set', async () => {
    const shared = await send({ pool: 'shared' });
    const leased = await send({ pool: 'leased' });
    expect([shared.mail.pool, leased.mail.pool]).toEqual(['ses-shared-pool', 'many-leased']);
    expect(leased.mail.configurationSet).toBe('many-transactional-leased');
    const id = newId();
    const to = `${id}@recipient.example`;
    await world.enqueue([message({ id, tenant, to, stream: 'marketing' })], 'marketing');
    // No Delivery events on this stream: SES's yes is the last word.
    await untilOne(world, { id, tenant }, 'accepted');
    expect(await mailsTo(world, to)).toMatchObject([
      { pool: 'many-managed', configurationSet: 'many-marketing-managed' },
    ]);
  });
});

describe('a batch is rendered for each recipient', () => {
  const hostile = ['{{secret}}', '{{#each x}}', '<b>&amp;"\'</b>', '🎉\u2028 ', '\\{{name}}', '$&'];

  test('fifty recipients get their own words, whatever is in them', async () => {
    const id = newId();
    const recipients = Array.from({ length: 50 }, (_, index) => ({
      to: { address: `${id}-${index}@recipient.example`, name: `Reader ${index}` },
      data: { name: `№ ${index} ${hostile[index % hostile.length]}` },
    }));
    const content = {
      subject: 'For {{name}}',
      text: 'Dear {{name}}, {{season}}!',
      html: '<p>{{name}}</p>',
    };
    const request = batch(recipients, {
      id,
      tenant,
      content,
      data: { season: 'spring', name: '' },
    });
    await world.enqueue([request]);
    expect(await untilAll(world, { id, tenant }, 'delivered')).toHaveLength(50);
    for (const { to, data } of recipients) {
      const mails = await mailsTo(world, to.address);
      expect(mails).toHaveLength(1);
      const read = await readMime(await mimeOf(world, mails[0]?.messageId ?? ''));
      expect(read.to).toMatchObject([to]);
      expect(read.subject?.trim()).toBe(`For ${data.name}`.trim());
      expect(unixLines(read.text)).toBe(`Dear ${data.name}, spring!`);
      expect(unixLines(read.html)).toBe(`<p>${data.name}</p>`);
    }
  });

  test('a recipient whose data lacks a value is rejected, the others get their mail', async () => {
    const id = newId();
    const to = (index: number) => `${id}-${index}@recipient.example`;
    const recipients = [{ to: to(0), data: { name: 'Ada' } }, { to: to(1) }];
    await world.enqueue([batch(recipients, { id, tenant })]);
    const [good, bad] = await untilBoth(id);
    expect(good?.outcome).toBe('delivered');
    expect(bad).toMatchObject({ outcome: 'rejected', reason: 'rendering-failed' });
    // SES takes it first and says so later, with the time at which it took it.
    expect(bad?.facts.map(({ what }) => what).sort()).toEqual(['accepted', 'renderingfailure']);
  });

  test('with a template that is stored in SES', async () => {
    const id = newId();
    const to = `${id}@recipient.example`;
    const content = { template: 'welcome', data: { items: ['x'] } };
    await world.enqueue([batch([{ to, data: { name: 'Bo' } }], { id, tenant, content })]);
    await untilAll(world, { id, tenant }, 'delivered');
    expect(await mailsTo(world, to)).toMatchObject([{ subject: 'Welcome Bo' }]);
  });
});

async function untilBoth(id: string): Promise<readonly RecipientOutcome[]> {
  const seen = await until(
    () => outcomeOf(world, { id, tenant }),
    (found) =>
      found?.recipients.every(
        ({ outcome, facts }) => /delivered|rejected/.test(outcome) && facts.length > 1,
      ) === true,
  );
  return seen?.recipients ?? [];
}

async function storeTemplate(): Promise<void> {
  const ses = createSes(localTarget(world.endpoint));
  await ses.send(
    new CreateEmailTemplateCommand({
      TemplateName: 'welcome',
      TemplateContent: {
        Subject: 'Welcome {{name}}',
        Text: '{{name}}:{{#each items}} {{this}}{{/each}}',
      },
    }),
  );
  ses.destroy();
}

function lengthOf(line: string): number {
  return line.length;
}
