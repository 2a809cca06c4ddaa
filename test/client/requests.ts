import type { RequestToSend } from '../../client/client.ts';

/** A message that the contract accepts; tests override the one field that matters. */
export function message(over: Record<string, unknown> = {}): RequestToSend {
  const request: unknown = {
    version: 1,
    kind: 'message',
    id: 'order-4711',
    stream: 'transactional',
    from: 'shop@example.com',
    to: 'ada@example.org',
    content: { subject: 'Your order', text: 'It is on its way.' },
    ...over,
  };
  // Tests hand in wrong requests on purpose; the type is the promise that the client does not rely on.
  return request as RequestToSend;
}

/** A batch to the given addresses. */
export function batch(to: readonly string[], over: Record<string, unknown> = {}): RequestToSend {
  const { to: _to, ...rest } = message({ kind: 'batch', ...over }) as Record<string, unknown>;
  return message({ ...rest, to: undefined, recipients: to.map((address) => ({ to: address })) });
}
