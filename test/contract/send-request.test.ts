import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRequest } from '../../contract/parse-request.ts';
import { requestLimits } from '../../contract/send-request.ts';
import { isAddress, parseAddress } from '../../domain/address.ts';
import { badRequests } from './bad-requests.ts';
import { goodRequests } from './good-requests.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const control = /[\x00-\x1f\x7f]/;

describe('a good request is accepted:', () => {
  test.each(goodRequests)('$title', ({ request }) => {
    expect(parseRequest(JSON.stringify(request))).toMatchObject({ ok: true });
  });

  test('without tenant it belongs to the default one', () => {
    const [first] = goodRequests;
    expect(parseRequest(JSON.stringify(first?.request))).toMatchObject({
      request: { tenant: 'default' },
    });
  });
});

describe('a bad request is refused with a named reason:', () => {
  test.each(badRequests)('$title → $reason', ({ request, reason }) => {
    const body = typeof request === 'string' ? request : JSON.stringify(request);
    expect(parseRequest(body)).toMatchObject({ ok: false, problem: { reason } });
  });

  test('its id and tenant are kept where they can be read, so that the outcome can be looked up', () => {
    const body = JSON.stringify({ version: 1, kind: 'message', id: 'a-1', tenant: 'acme' });
    expect(parseRequest(body)).toMatchObject({ ok: false, problem: { id: 'a-1', tenant: 'acme' } });
  });

  test('an id or tenant that is not one is not kept', () => {
    const body = JSON.stringify({ version: 2, id: 'a\nb', tenant: '../x' });
    const parsed = parseRequest(body);
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed).not.toHaveProperty('problem.id');
    expect(parsed).not.toHaveProperty('problem.tenant');
  });

  test.each([
    ['tomorrow', 'got tomorrow; allowed is an instant with its offset, such as 2026-'],
    ['ada@example.com', 'allowed is an instant'],
  ])(
    'a time that is none (%s) is told with what is allowed, never with an address',
    (sendAt, words) => {
      const parsed = parseRequest(JSON.stringify({ ...goodRequests[0]?.request, sendAt }));
      const detail = parsed.ok ? '' : parsed.problem.detail;
      expect(detail).toMatch(new RegExp(`^sendAt: ${words}`));
    },
  );

  test('the detail names the field and never a control character', () => {
    const body = JSON.stringify({ ...goodRequests[0]?.request, 'x\u001b[31m': 1 });
    const parsed = parseRequest(body);
    expect(parsed).toMatchObject({ problem: { reason: 'unknown-field' } });
    expect(parsed.ok ? '' : parsed.problem.detail).not.toMatch(control);
  });
});

describe('whatever comes', () => {
  test('parsing never throws on a text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseRequest(text)));
  });

  test('parsing never throws on any JSON in any field', () => {
    const keys = [
      'version',
      'kind',
      'id',
      'from',
      'to',
      'recipients',
      'content',
      'headers',
      'tags',
      'attachments',
      'data',
      'unsubscribe',
      'sendAt',
    ];
    const change = fc.tuple(fc.constantFrom(...keys), fc.jsonValue());
    fc.assert(
      fc.property(fc.constantFrom(...goodRequests), fc.array(change), ({ request }, changes) => {
        parseRequest(JSON.stringify({ ...request, ...Object.fromEntries(changes) }));
      }),
    );
  });

  test('parsing does not exhaust the stack on JSON that is nested a hundred thousand deep', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const body = JSON.stringify({ ...goodRequests[0]?.request, data: 0 }).replace(
      '"data":0',
      `"data":${deep}`,
    );
    expect(parseRequest(body)).toMatchObject({ problem: { reason: 'invalid-field', id: 'good' } });
  });

  test('a body as large as the client may store is parsed', () => {
    const content = Buffer.alloc(requestLimits.storedBodyBytes * 0.7).toString('base64');
    const attachments = [{ filename: 'a', contentType: 'a/b', content }];
    expect(
      parseRequest(JSON.stringify({ ...goodRequests[0]?.request, attachments })),
    ).toMatchObject({ ok: true });
  });

  test('no accepted request has a control character where a header is made of it', () => {
    const nasty = fc
      .tuple(
        fc.string(),
        fc.constantFrom('\r\n', '\n', '\r', '\0', '\u007f', '\t', '\u000b', ''),
        fc.string(),
      )
      .map((parts) => parts.join(''));
    const places = fc.constantFrom(...headerPlaces);
    fc.assert(
      fc.property(places, nasty, (place, text) => {
        const parsed = parseRequest(JSON.stringify(place.with(text)));
        if (!parsed.ok) return;
        for (const value of headerTexts(parsed.request)) expect(value).not.toMatch(control);
      }),
      { numRuns: 2000 },
    );
  });
});

type Request = Record<string, unknown>;

const base: Request = { ...goodRequests[0]?.request };
const place = (make: (text: string) => Request) => ({
  with: (text: string) => ({ ...base, ...make(text) }),
});
const attachmentOf = (over: Request) => ({
  attachments: [{ filename: 'a', contentType: 'a/b', content: '', ...over }],
});

/** Every field that ends in a header line, with the place to put a text. */
const headerPlaces = [
  place((text) => ({ id: text })),
  place((text) => ({ tenant: text })),
  place((text) => ({ from: `${text}@example.com` })),
  place((text) => ({ from: { name: text, address: 'a@example.com' } })),
  place((text) => ({ to: `a@${text}.example.com` })),
  place((text) => ({ to: { name: text, address: 'a@example.com' } })),
  place((text) => ({ replyTo: [{ name: text, address: 'a@example.com' }] })),
  place((text) => ({ headers: { [`X-${text}`]: 'value' } })),
  place((text) => ({ headers: { 'X-A': text } })),
  place((text) => ({ tags: { a: text } })),
  place((text) => ({ tags: { [text]: 'a' } })),
  place((text) => ({ unsubscribe: { url: `https://example.com/${text}` } })),
  place((text) => ({ unsubscribe: { mailto: `${text}@example.com` } })),
  place((text) => ({ content: { subject: text, text: '' } })),
  place((text) => attachmentOf({ filename: text })),
  place((text) => attachmentOf({ contentType: `a/${text}` })),
  place((text) => attachmentOf({ contentId: text })),
  place((text) => ({
    kind: 'batch',
    to: undefined,
    recipients: [{ to: { name: text, address: 'a@example.com' } }],
  })),
  place((text) => ({ kind: 'batch', to: undefined, recipients: [{ to: `${text}@example.com` }] })),
];

/** Returns every text of a request but its body texts; a batch recipient's address counts when it is usable. */
function headerTexts(request: object): readonly string[] {
  return Object.entries(request).flatMap(([key, value]): readonly string[] => {
    if (key === 'recipients' && Array.isArray(value)) return value.flatMap(recipientTexts);
    if (key === 'text' || key === 'html' || (key === 'content' && typeof value === 'string'))
      return [];
    if (typeof value === 'string') return [key, value];
    return typeof value === 'object' && value !== null ? [key, ...headerTexts(value)] : [key];
  });
}

function recipientTexts({
  to,
}: {
  readonly to: string | { readonly address: string; readonly name?: string };
}) {
  const { address, name = '' } = typeof to === 'string' ? { address: to } : to;
  const parsed = parseAddress(address);
  return isAddress(parsed) ? [parsed.address, name] : [name];
}
