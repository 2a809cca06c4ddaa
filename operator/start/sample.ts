/**
 * The mail that `npm start` sends: every way a request can be written, and every way it can end. Only
 * SES's mailbox simulator is written to, so the same sample is harmless on a real account.
 * @see https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
 */
export type Sample = {
  /** Sent first. */
  readonly first: readonly string[];
  /** Sent when the first have their outcomes: what the pipeline has learned decides about these. */
  readonly afterwards: readonly string[];
};

const simulator = (box: string, label: string | number) =>
  `${box}+${label}@simulator.amazonses.com`;

/** Returns the sample for a From address and two streams (the same one twice will do). */
export function createSample(
  from: string,
  streams: { readonly single: string; readonly bulk: string },
  now: number,
): Sample {
  const message = (id: string, rest: object): string =>
    JSON.stringify({
      version: 1,
      kind: 'message',
      id: `sample-${id}`,
      stream: streams.single,
      from: { address: from, name: 'Goodstanding sample' },
      ...rest,
    });
  const letter = (subject: string) => ({ content: { subject, text: `${subject}.\n` } });
  const repeated = message('repeated', {
    to: simulator('success', 'repeated'),
    ...letter('Sent once, although queued twice'),
  });
  return {
    first: [
      ...Array.from({ length: 120 }, (_, index) =>
        message(`receipt-${index}`, {
          to: simulator('success', index),
          content: {
            subject: `Your receipt № ${1000 + index}`,
            text: `Thank you for order ${1000 + index}.\n`,
            html: `<p>Thank you for order <b>${1000 + index}</b>.</p>`,
          },
        }),
      ),
      ...each(8, (index) =>
        message(`bounce-${index}`, { to: simulator('bounce', index), ...letter('To nobody') }),
      ),
      ...each(4, (index) =>
        message(`complaint-${index}`, {
          to: simulator('complaint', index),
          ...letter('Unwelcome'),
        }),
      ),
      ...each(3, (index) =>
        message(`on-ses-list-${index}`, {
          to: simulator('suppressionlist', index),
          ...letter('SES knows better'),
        }),
      ),
      message('attachment', {
        to: { address: simulator('success', 'attachment'), name: 'Grüße an Zoë' },
        content: { subject: 'Ihre Rechnung für März 📎 – größer als gewöhnlich', text: 'Anbei.\n' },
        attachments: [
          { filename: 'Rechnung März.pdf', contentType: 'application/pdf', content: samplePdf },
        ],
        tags: { campaign: 'invoices' },
      }),
      message('raw', {
        to: simulator('success', 'raw'),
        content: { raw: Buffer.from(rawMessage(from)).toString('base64') },
      }),
      message('idn', { to: 'success@bücher.example', ...letter('A domain in any script') }),
      message('soon', {
        to: simulator('success', 'soon'),
        sendAt: new Date(now + 3_000).toISOString(),
        ...letter('Three seconds later'),
      }),
      message('late', {
        to: simulator('success', 'late'),
        expiresAt: new Date(now - 60_000).toISOString(),
        ...letter('Too late to be of use'),
      }),
      repeated,
      repeated,
      message('foreign', {
        from: 'ceo@somebody-elses-domain.example',
        to: simulator('success', 'foreign'),
        ...letter('Not ours to send'),
      }),
      ...each(8, (index) => newsletter(index, from, streams.bulk)),
      ...malformed(message, letter),
    ],
    afterwards: [
      message('again', { to: simulator('bounce', 0), ...letter('Suppressed by what we learned') }),
    ],
  };
}

/** A batch of 50: shared content, a name for each, one dead address and one that complains. */
function newsletter(index: number, from: string, stream: string): string {
  const box = (position: number) =>
    position === 7 ? 'bounce' : position === 31 && index % 2 === 0 ? 'complaint' : 'success';
  return JSON.stringify({
    version: 1,
    kind: 'batch',
    id: `sample-newsletter-${index}`,
    stream,
    from: { address: from, name: 'Goodstanding sample' },
    content: {
      subject: 'News for {{name}}',
      text: 'Dear {{name}},\n\nnothing new this {{season}}.\n',
      html: '<p>Dear {{name}},</p><p>nothing new this {{season}}.</p>',
    },
    data: { season: 'November' },
    recipients: each(50, (position) => ({
      to: simulator(box(position), `news-${index}-${position}`),
      data: { name: `Reader ${index * 50 + position}` },
    })),
    unsubscribe: { url: 'https://example.com/unsubscribe?reader=1' },
  });
}

function malformed(
  message: (id: string, rest: object) => string,
  letter: (subject: string) => object,
): readonly string[] {
  const to = simulator('success', 'never');
  return [
    '{"version":1,"kind":"message",',
    JSON.stringify({ version: 9, kind: 'message', id: 'sample-from-the-future' }),
    message('no-recipient', letter('To whom')),
    message('injection', {
      to,
      content: { subject: 'Hello\r\nBcc: everybody@example.com', text: '' },
    }),
    message('no-domain', { to: 'nobody', ...letter('Nowhere') }),
    message('no-such-stream', { to, stream: 'pigeons', ...letter('Lost') }),
  ];
}

function each<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function rawMessage(from: string): string {
  return [
    `From: Goodstanding sample <${from}>`,
    'To: success+raw@simulator.amazonses.com',
    'Subject: =?UTF-8?Q?Written_by_hand=2C_sent_byte_for_byte?=',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'Ünchanged.',
    '',
  ].join('\r\n');
}

const samplePdf = Buffer.from(
  '%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
).toString('base64');
