import { requestLimits } from '../../contract/send-request.ts';

/** A request that an app may get wrong, as it stands in the queue. */
export type BadInput = { readonly title: string; readonly body: string };

type Body = Readonly<Record<string, unknown>>;

const injected = 'x\r\nBcc: victim@example.org';

/** Every field that ends in a header line, with a line break in it. */
const injections: Readonly<Record<string, Body>> = {
  from: { from: `shop@example.com${injected}` },
  'from.name': { from: { address: 'shop@example.com', name: injected } },
  to: { to: `success${injected}@simulator.amazonses.com` },
  'to.name': { to: { address: 'success@simulator.amazonses.com', name: injected } },
  replyTo: { replyTo: [`help@example.com${injected}`] },
  'replyTo.name': { replyTo: [{ address: 'help@example.com', name: injected }] },
  subject: { content: { subject: injected, text: '' } },
  'header name': { headers: { [`X-A${injected}`]: 'x' } },
  'header value': { headers: { 'X-A': injected } },
  'attachment filename': { attachments: [file({ filename: injected })] },
  'attachment contentType': { attachments: [file({ contentType: `a/b${injected}` })] },
  'attachment contentId': { attachments: [file({ contentId: `a>${injected}` })] },
  'unsubscribe url': { unsubscribe: { url: `https://example.com/${injected}` } },
  'unsubscribe mailto': { unsubscribe: { mailto: `u@example.com${injected}` } },
};

/** Returns the bad input that was promised to be told by name, and the odd input that must go through. */
export function badInputs(from: string, stream: string): readonly BadInput[] {
  let counter = 0;
  const request = (over: Body = {}): Body => {
    counter += 1;
    return {
      version: 1,
      kind: 'message',
      id: `bad-${counter}`,
      stream,
      from,
      to: `success+${counter}@simulator.amazonses.com`,
      content: { subject: 'Hello', text: 'Hello.' },
      ...over,
    };
  };
  const row = (title: string, body: string | Body): BadInput => ({
    title,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const recipients = Array.from({ length: 51 }, (_, index) => ({
    to: `success+${index}@simulator.amazonses.com`,
  }));
  const reused = request();
  return [
    row('invalid JSON', '{"version":1,'),
    row('unknown version', request({ version: 2 })),
    row('missing field (from)', request({ from: undefined })),
    row('a body of 1,048,576 bytes', ofSize(request, requestLimits.queueBodyBytes)),
    row('a body of 3,000,000 bytes, offloaded', ofSize(request, 3_000_000)),
    ...Object.entries(injections).map(([field, over]) => row(`CRLF in ${field}`, request(over))),
    row('51 recipients', request({ kind: 'batch', to: undefined, recipients })),
    row('recipient without domain', request({ to: 'nobody' })),
    row('recipient in an IDN domain', request({ to: 'ada@bücher.example' })),
    row('non-ASCII local part', request({ to: 'jürgen@example.org' })),
    row('unknown template', request({ content: { template: 'nowhere' } })),
    row('unknown stream', request({ stream: 'pigeons' })),
    row('unknown pool', request({ pool: 'gold' })),
    row('foreign From domain', request({ from: 'ceo@bank.example' })),
    row('an id', reused),
    row('the same id with other content', { ...reused, content: { subject: 'Other', text: '' } }),
  ];
}

function file(over: Body): Body {
  return { filename: 'a.txt', contentType: 'text/plain', content: 'YQ==', ...over };
}

function ofSize(request: (over?: Body) => Body, bytes: number): Body {
  const bare = request({ content: { subject: 'Large', text: '' } });
  const text = 'large body '.repeat(bytes / 11 + 1);
  const room = bytes - Buffer.byteLength(JSON.stringify(bare));
  return { ...bare, content: { subject: 'Large', text: text.slice(0, room) } };
}
