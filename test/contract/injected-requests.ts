import type { RejectReason } from '../../domain/reasons.ts';
import { attachment, base, type Request } from './good-requests.ts';

/** A request that is refused, and why. */
export type Bad = {
  readonly title: string;
  /** A text stands for the body itself. */
  readonly request: Request | string;
  readonly reason: RejectReason;
  /** True where JSON Schema cannot see it, for the reason that `pipelineOnly` gives. */
  readonly pipelineOnly?: true;
};

const injected = 'x\r\nBcc: victim@example.org';

/** One request a field that ends in a header line, with a line break in it. */
export function injections(): readonly Bad[] {
  const fields: Readonly<Record<string, Request>> = {
    'the sender': { from: `shop@example.com${injected}` },
    "the sender's name": { from: { name: injected, address: 'shop@example.com' } },
    'the recipient': { to: `ada@example.org${injected}` },
    'an object recipient': { to: { address: `ada@example.org${injected}` } },
    "the recipient's name": { to: { name: injected, address: 'ada@example.org' } },
    'Reply-To': { replyTo: [`help@example.com${injected}`] },
    "Reply-To's name": { replyTo: [{ name: injected, address: 'help@example.com' }] },
    'the subject': { content: { subject: injected, text: '' } },
    'the subject, by a lone CR': { content: { subject: 'a\rb', text: '' } },
    'the subject, by a lone LF': { content: { subject: 'a\nb', text: '' } },
    'a header value': { headers: { 'X-A': injected } },
    'a header name': { headers: { [`X-A${injected}`]: 'x' } },
    'a header name, by a colon': { headers: { 'X-A: y': 'x' } },
    'a file name': { attachments: [{ ...attachment, filename: injected }] },
    'a media type': { attachments: [{ ...attachment, contentType: `a/b${injected}` }] },
    'a media type, by a parameter': { attachments: [{ ...attachment, contentType: 'a/b; x=y' }] },
    'a Content-ID': { attachments: [{ ...attachment, contentId: `a>${injected}` }] },
    'the unsubscribe url': { unsubscribe: { url: `https://example.com/${injected}` } },
    'the unsubscribe url, by an angle bracket': {
      unsubscribe: { url: 'https://example.com/>,<mailto:x' },
    },
    'the unsubscribe address': { unsubscribe: { mailto: `u@example.com${injected}` } },
    "a batch recipient's name": {
      kind: 'batch',
      to: undefined,
      recipients: [{ to: { name: injected, address: 'ada@example.org' } }],
    },
  };
  return Object.entries(fields).map(([title, over]) => ({
    title: `a header injected through ${title}`,
    request: { ...base, ...over },
    reason: 'header-injection',
  }));
}
