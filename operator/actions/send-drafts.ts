import type { Client, RequestToSend } from '../../client/client.ts';
import type { SendProgress, SendResult } from '../../client/send-all.ts';
import { parseRequest } from '../../contract/parse-request.ts';
import { messageIdOf, requestDigest } from '../../domain/message-id.ts';

/** A request that is not checked yet, with the line of its file. */
export type Draft = {
  readonly draft: unknown;
  readonly line?: number;
  /** Why the line holds no request at all. */
  readonly unreadable?: string;
};

export type NotSent = {
  readonly line?: number;
  readonly id?: string;
  readonly reason: string;
  readonly detail: string;
  readonly retryable: boolean;
};

export type SentDrafts = {
  readonly accepted: SendResult<RequestToSend>['accepted'];
  readonly notAccepted: readonly NotSent[];
};

export type DraftsSent = SentDrafts & {
  /** Our message id → digest of the one request that was sent under it; none where several were. */
  readonly digests: ReadonlyMap<string, string | undefined>;
};

/** Enqueues drafts; those that the contract refuses are told apart by line. */
export async function sendDrafts(
  client: Client,
  drafts: Iterable<Draft> | AsyncIterable<Draft>,
  onProgress: (progress: SendProgress) => void,
): Promise<DraftsSent> {
  const refused: NotSent[] = [];
  const lines = new WeakMap<object, number>();
  const digests = new Map<string, string | undefined>();
  const remember = (request: RequestToSend, tenant: string) => {
    const messageId = messageIdOf(tenant, request.id);
    const digest = requestDigest(request);
    const isSame = !digests.has(messageId) || digests.get(messageId) === digest;
    digests.set(messageId, isSame ? digest : undefined);
  };
  async function* usable(): AsyncGenerator<RequestToSend> {
    for await (const { draft, line, unreadable } of drafts) {
      const parsed = parseRequest(JSON.stringify(draft) ?? '');
      const place = line === undefined ? {} : { line };
      if (unreadable !== undefined) {
        const reason = 'invalid-json';
        refused.push({ ...place, reason, detail: unreadable, retryable: false });
      } else if (!parsed.ok) {
        const { reason, detail, id } = parsed.problem;
        refused.push({ ...place, ...(id ? { id } : {}), reason, detail, retryable: false });
      } else if (parsed.request.kind === 'stored') {
        const detail = 'kind: allowed are message and batch; large ones are stored by themselves';
        refused.push({ ...place, reason: 'unknown-kind', detail, retryable: false });
      } else {
        if (line !== undefined) lines.set(parsed.request, line);
        remember(parsed.request, parsed.request.tenant);
        yield parsed.request;
      }
    }
  }
  const { accepted, notAccepted } = await client.send(usable(), {
    onProgress: (progress) =>
      onProgress({ ...progress, notAccepted: progress.notAccepted + refused.length }),
  });
  return {
    digests,
    accepted,
    notAccepted: [
      ...refused,
      ...notAccepted.map(({ request, ...refusal }) => {
        const line = lines.get(request);
        return { ...(line === undefined ? {} : { line }), id: request.id, ...refusal };
      }),
    ],
  };
}
