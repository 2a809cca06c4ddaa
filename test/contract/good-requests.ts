export type Request = Readonly<Record<string, unknown>>;

/** A message that the contract accepts; tests override the one field that matters. */
export const base = {
  version: 1,
  kind: 'message',
  id: 'good',
  stream: 'transactional',
  from: 'shop@example.com',
  to: 'ada@example.org',
  content: { subject: 'Your order', text: 'It is on its way.' },
} as const;

const { to: _to, ...shared } = base;
/** The same as a batch. */
export const batchBase = {
  ...shared,
  kind: 'batch',
  recipients: [{ to: 'ada@example.org' }],
} as const;
/** Returns that many recipients. */
export const recipients = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ to: `user-${index}@example.org` }));
/** A small attachment. */
export const attachment = {
  filename: 'a.pdf',
  contentType: 'application/pdf',
  content: 'AAAA',
} as const;
/** Requests that the contract accepts, one a feature. */
export const goodRequests: readonly { readonly title: string; readonly request: Request }[] = [
  { title: 'one mail with text', request: base },
  { title: 'HTML alone', request: { ...base, content: { subject: 's', html: '<p>hi</p>' } } },
  {
    title: 'display names in any script',
    request: {
      ...base,
      from: { name: '株式会社', address: 'a@example.com' },
      to: { name: 'Ада', address: 'a@example.org' },
    },
  },
  { title: 'an IDN domain', request: { ...base, to: 'ada@bücher.example' } },
  {
    title: 'a subject in any script',
    request: { ...base, content: { subject: '你好 👋', text: '' } },
  },
  {
    title: 'raw MIME',
    request: {
      ...base,
      content: { raw: Buffer.from('From: a@example.com\r\n\r\nhi').toString('base64') },
    },
  },
  {
    title: 'a template with data',
    request: {
      ...base,
      content: { template: 'welcome', data: { name: 'Ada', list: [1, { deep: null }] } },
    },
  },
  {
    title: 'every optional field',
    request: {
      ...base,
      tenant: 'acme',
      pool: 'shared',
      replyTo: ['help@example.com'],
      headers: { 'X-Campaign': 'spring' },
      tags: { campaign: 'spring' },
      attachments: [
        attachment,
        {
          filename: 'logo.png',
          contentType: 'image/png',
          s3Key: 'attachments/logo.png',
          contentId: 'logo',
        },
      ],
      sendAt: '2030-01-01T00:00:00Z',
      expiresAt: '2030-01-01T12:00:00+02:00',
      unsubscribe: { url: 'https://example.com/u?id=1', mailto: 'u@example.com' },
    },
  },
  {
    title: 'a batch of 50 with data',
    request: {
      ...batchBase,
      data: { shop: 'x' },
      recipients: recipients(50).map((each) => ({ ...each, data: { n: 1 } })),
    },
  },
  { title: 'a batch from a template', request: { ...batchBase, content: { template: 'news' } } },
  {
    title: 'a batch with one bad address, which is judged by itself',
    request: { ...batchBase, recipients: [{ to: 'nobody' }, { to: 'ada@example.org' }] },
  },
  {
    title: 'a pointer that the client wrote',
    request: { version: 1, kind: 'stored', s3Key: 'requests/acme/abc.json' },
  },
];
