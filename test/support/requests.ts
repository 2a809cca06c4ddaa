/** Send requests as an app writes them; a test says only what matters to it. */
export type Body = Readonly<Record<string, unknown>>;

let counter = 0;

/** Returns a new id; the tests of one file share their tables. */
export function newId(prefix = 'order'): string {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** One mail to one recipient. */
export function message(over: Body = {}): Body {
  return {
    version: 1,
    kind: 'message',
    id: newId(),
    stream: 'transactional',
    from: 'ada@sender.example',
    to: 'grace@recipient.example',
    content: { subject: 'Your order', text: 'It is on its way.' },
    ...over,
  };
}

/** One content to many recipients. */
export function batch(recipients: readonly (string | Body)[], over: Body = {}): Body {
  return {
    version: 1,
    kind: 'batch',
    id: newId(),
    stream: 'transactional',
    from: 'ada@sender.example',
    recipients: recipients.map((to) => (typeof to === 'string' ? { to } : to)),
    content: { subject: 'News for {{name}}', text: 'Hello {{name}}' },
    ...over,
  };
}

/** `count` addresses that differ. */
export function addresses(count: number, prefix = 'r'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}@recipient.example`);
}

/** A raw message in base64, with these header lines. */
export function rawContent(headers: readonly string[], text = 'hello'): Body {
  return { raw: Buffer.from([...headers, '', text, ''].join('\r\n')).toString('base64') };
}
