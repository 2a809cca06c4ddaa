import { extract } from 'letterparser';
import PostalMime from 'postal-mime';
import * as z from 'zod';
import type { Runtime } from '../../local/runtime.ts';
import type { Synthesized } from './assembly.ts';
import { withRuntime } from './run-local.ts';
import type { Section } from './section.ts';

const mails = 200;

type Letter = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachment: Buffer;
};

/** Characters of many kinds, of one to four bytes in UTF-8. */
const alphabet = [
  ...'abcdefghijklmnopqrstuvwxyz ABC.,:;<>&"\'=?_{}@()[]\\/%#',
  ...'äöüßéñçøåłžδжд…—№',
  ...'你好世界日本語한국어',
  ...'שלוםمرحبا',
  ...'🎉😀🚀🏳️‍🌈',
];

/** Sends mails of random content through the pipeline and compares what two parsers read in them. */
export async function measureMime(made: Synthesized): Promise<Section> {
  const letters = Array.from({ length: mails }, (_, index) => letter(index));
  const wrong = await withRuntime(made, async ({ runtime, send }) => {
    await send(letters.map((one, index) => bodyOf(one, index, made)));
    const differences = await Promise.all(letters.map((one) => differencesIn(one, runtime)));
    return differences.flat();
  });
  return {
    title: 'What SES receives is what was asked for',
    method: `${mails} mails with random subjects (up to 200 characters), texts, html and binary attachments in many scripts go through the pipeline; two parsers that had no part in writing them read what SES received. Subject and attachment are compared byte for byte, texts after their line ends are made alike.`,
    promises: [
      {
        promise: 'byte for byte, subject and attachment included',
        measured: `${mails - new Set(wrong.map(({ to }) => to)).size} of ${mails} mails equal`,
        kept: wrong.length === 0,
      },
    ],
    body: wrong.length === 0 ? '' : wrong.map(({ to, what }) => `- ${to}: ${what}`).join('\n'),
    data: { mails, wrong },
  };
}

function letter(index: number): Letter {
  const text = randomText(index, 2_000);
  return {
    to: `success+mime-${index}@simulator.amazonses.com`,
    subject: `${index} ${randomText(index + 0.25, 190)}`.trim(),
    text: `${text}\n.\n\nFrom here\n`,
    html: `<p>${randomText(index + 0.5, 3_000)}</p>`,
    attachment: Buffer.from(
      Array.from({ length: 1 + ((index * 97) % 5_000) }, (_, n) => (n * 31 + index) % 256),
    ),
  };
}

/** The same for the same seed, so that a difference can be looked into. */
function randomText(seed: number, length: number): string {
  let state = Math.floor(seed * 7_919) + 1;
  const characters = Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return alphabet[(state >>> 8) % alphabet.length] ?? '';
  });
  return characters.join('').trim();
}

function bodyOf(one: Letter, index: number, { config }: Synthesized): string {
  return JSON.stringify({
    version: 1,
    kind: 'message',
    id: `mime-${index}`,
    stream: Object.keys(config.streams)[0],
    from: `hello@${config.sendingDomains[0]?.domain}`,
    to: one.to,
    content: { subject: one.subject, text: one.text, html: one.html },
    attachments: [
      {
        filename: 'data.bin',
        contentType: 'application/octet-stream',
        content: one.attachment.toString('base64'),
      },
    ],
  });
}

type Difference = { readonly to: string; readonly what: string };

const listed = z.array(z.looseObject({ messageId: z.string() }));

async function differencesIn(one: Letter, { endpointUrl }: Runtime): Promise<Difference[]> {
  const found = await fetch(`${endpointUrl}/_local/messages?to=${encodeURIComponent(one.to)}`);
  const [mail, ...more] = listed.parse(await found.json());
  if (!mail || more.length > 0)
    return [{ to: one.to, what: `${mail ? more.length + 1 : 0} mails` }];
  const raw = await fetch(`${endpointUrl}/_local/messages/${mail.messageId}.eml`);
  const bytes = Buffer.from(await raw.arrayBuffer());
  const first = await PostalMime.parse(bytes, { attachmentEncoding: 'base64' });
  const second = extract(bytes.toString('latin1'));
  const body = second.attachments?.[0]?.body;
  const checks: readonly (readonly [what: string, equal: boolean])[] = [
    ['subject, postal-mime', first.subject === one.subject],
    ['subject, letterparser', second.subject === one.subject],
    ['text, postal-mime', alike(first.text, one.text)],
    ['text, letterparser', alike(second.text, one.text)],
    ['html, postal-mime', alike(first.html, one.html)],
    ['html, letterparser', alike(second.html, one.html)],
    [
      'attachment, postal-mime',
      first.attachments[0]?.content === one.attachment.toString('base64'),
    ],
    ['attachment, letterparser', body !== undefined && Buffer.from(body).equals(one.attachment)],
  ];
  return checks.filter(([, equal]) => !equal).map(([what]) => ({ to: one.to, what }));
}

function alike(read: string | undefined, asked: string): boolean {
  const plain = (text: string) => text.replaceAll('\r\n', '\n').replace(/\n+$/, '');
  return read !== undefined && plain(read) === plain(asked);
}
