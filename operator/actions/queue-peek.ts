/** A look into a stream's queue: whose requests wait, without their content. */
import { type PeekedMessage, peekQueue } from '../../adapters/peek-queue.ts';
import { findQueueUrl } from '../../adapters/queue-depth.ts';
import { parseRequest } from '../../contract/parse-request.ts';
import type { Mailbox, SendRequest } from '../../contract/send-request.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Backend } from './backend.ts';

/** Queues of a stream that can be looked into. */
export const peekLanes = ['intake', 'overflow', 'parked'] as const;
export type PeekLane = (typeof peekLanes)[number];

/** A request as it waits: who, to whom and since when, never what it says. */
export type PeekedRequest = {
  readonly queueMessageId: string;
  readonly ageMs: number;
  /** Deliveries so far, this look included. */
  readonly receiveCount: number;
  /** Our message id, the app's id and the tenant, where the body says them. */
  readonly messageId?: string;
  readonly id?: string;
  readonly tenant?: string;
  /** From domain. */
  readonly from?: string;
  readonly recipients: readonly string[];
  readonly recipientCount: number;
  readonly sendAt?: string;
  readonly expiresAt?: string;
  /** Key of a request that the queue only points to. */
  readonly storedAs?: string;
  /** Why dispatch would refuse it. */
  readonly problem?: string;
};

/** Recipients of one request that are named. */
const namedMax = 3;

/**
 * Returns up to `limit` requests that nobody has taken; undefined where the stream has no such queue.
 * `addresses` says whether recipients are named in full or by their first letter and domain.
 */
export async function peekRequests(
  { sqs, names }: Backend,
  place: { readonly stream: string; readonly lane: PeekLane },
  asked: { readonly limit: number; readonly addresses: 'full' | 'masked'; readonly now: EpochMs },
): Promise<readonly PeekedRequest[] | undefined> {
  const queues = {
    intake: names.intakeQueue,
    overflow: names.overflowQueue,
    parked: names.parkedQueue,
  };
  const queueUrl = await findQueueUrl(sqs, queues[place.lane](place.stream));
  if (queueUrl === undefined) return undefined;
  const messages = await peekQueue(sqs, queueUrl, asked.limit);
  return messages
    .map((message) => describe(message, asked))
    .sort((one, other) => other.ageMs - one.ageMs);
}

/** Returns an address of which only the first letter and the domain can be read. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return at <= 0 ? '***' : `${address.slice(0, 1)}***${address.slice(at)}`;
}

function describe(
  { queueMessageId, body, group, sentAt, receiveCount }: PeekedMessage,
  { addresses, now }: { readonly addresses: 'full' | 'masked'; readonly now: EpochMs },
): PeekedRequest {
  const common = { queueMessageId, ageMs: Math.max(0, now - sentAt), receiveCount };
  const parsed = parseRequest(body);
  const byGroup = group === undefined ? {} : { tenant: group };
  if (!parsed.ok) {
    const { reason, detail, id, tenant } = parsed.problem;
    return {
      ...common,
      ...byGroup,
      ...(id === undefined ? {} : { id }),
      ...(tenant === undefined ? {} : { tenant }),
      ...{ recipients: [], recipientCount: 0, problem: `${reason}: ${detail}` },
    };
  }
  const { request } = parsed;
  if (request.kind === 'stored')
    return { ...common, ...byGroup, recipients: [], recipientCount: 0, storedAs: request.s3Key };
  const { id, tenant, sendAt, expiresAt } = request;
  const all = recipientsOf(request);
  const named = all.slice(0, namedMax);
  return {
    ...common,
    ...{ messageId: messageIdOf(tenant, id), id, tenant },
    from: domainOf(addressOf(request.from)),
    recipients: addresses === 'full' ? named : named.map(maskAddress),
    recipientCount: all.length,
    ...(sendAt === undefined ? {} : { sendAt }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function recipientsOf(request: SendRequest): readonly string[] {
  if (request.kind === 'message') return [addressOf(request.to)];
  return request.recipients.map(({ to }) => addressOf(to));
}

function addressOf(mailbox: Mailbox): string {
  return typeof mailbox === 'string' ? mailbox : mailbox.address;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
