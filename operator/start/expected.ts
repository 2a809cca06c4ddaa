import { parseRequest } from '../../contract/parse-request.ts';
import type { SendRequest, StoredRequest } from '../../contract/send-request.ts';
import { messageIdOf, requestDigest } from '../../domain/message-id.ts';

/** One line of input and what it asks for. */
export type ExpectedRequest = {
  readonly body: string;
  /** Queue that takes it: the stream it names, where there is one. */
  readonly stream: string;
  readonly tenant: string;
  /** Our message id, where the body names an id and tenant. */
  readonly messageId?: string;
  /** Recipients asked for; a body that cannot be read counts one, a repeated request none. */
  readonly recipients: number;
  readonly repeated: boolean;
  /** Epoch milliseconds, where it is scheduled. */
  readonly sendAt?: number;
};

/** Returns what each line asks for; the same request again is sent once, so it asks for nobody. */
export function expectRequests(
  lines: readonly string[],
  streams: readonly string[],
): readonly ExpectedRequest[] {
  const seen = new Set<string>();
  return lines.map((body) => {
    const parsed = parseRequest(body);
    if (!parsed.ok) {
      const { id, tenant = 'default' } = parsed.problem;
      return {
        body,
        stream: namedStream(body, streams),
        tenant,
        ...(id === undefined ? {} : { messageId: messageIdOf(tenant, id) }),
        recipients: 1,
        repeated: false,
      };
    }
    return expectReadable(body, parsed.request, { streams, seen });
  });
}

function expectReadable(
  body: string,
  request: SendRequest | StoredRequest,
  known: { readonly streams: readonly string[]; readonly seen: Set<string> },
): ExpectedRequest {
  const stream = namedStream(body, known.streams);
  if (request.kind === 'stored')
    return { body, stream, tenant: 'default', recipients: 1, repeated: false };
  const messageId = messageIdOf(request.tenant, request.id);
  const same = `${messageId} ${requestDigest(request)}`;
  const repeated = known.seen.has(same);
  known.seen.add(same);
  const count = request.kind === 'batch' ? request.recipients.length : 1;
  return {
    body,
    stream,
    tenant: request.tenant,
    messageId,
    recipients: repeated ? 0 : count,
    repeated,
    ...(request.sendAt === undefined ? {} : { sendAt: Date.parse(request.sendAt) }),
  };
}

function namedStream(body: string, streams: readonly string[]): string {
  const [first = ''] = streams;
  try {
    const given: unknown = JSON.parse(body);
    const stream =
      typeof given === 'object' && given !== null && 'stream' in given ? given.stream : undefined;
    return typeof stream === 'string' && streams.includes(stream) ? stream : first;
  } catch {
    return first;
  }
}
