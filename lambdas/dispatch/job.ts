import type { SendRequest } from '../../contract/send-request.ts';
import type { Address } from '../../domain/address.ts';
import type { RejectReason } from '../../domain/reasons.ts';
import type { QueueRecord } from '../queue-records.ts';

/** What happens to a queue message after this delivery. */
export type Fate =
  | { readonly kind: 'done'; readonly recorded?: true }
  | { readonly kind: 'later'; readonly afterMs: number };

/** A readable request on its way. */
export type Job = {
  readonly record: QueueRecord;
  readonly request: SendRequest;
  readonly messageId: string;
  readonly digest: string;
  /** Every address the mail says it is from. */
  readonly senders: readonly Address[];
  /** Bytes of its attachments by position. */
  readonly attachments: readonly Uint8Array[];
};

/** One recipient a job is to be sent to. */
export type JobRecipient = {
  readonly index: number;
  readonly address: Address;
  readonly name?: string;
  readonly key: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** A request that cannot be used, and what is known of it. */
export type Unusable = {
  readonly record: QueueRecord;
  readonly reason: RejectReason;
  readonly detail: string;
  readonly id?: string;
  readonly tenant?: string;
  readonly digest?: string;
  readonly recipientCount: number;
};

export const done = { kind: 'done' } as const satisfies Fate;

/** The message stays in the queue and comes back after a while. */
export function later(afterMs: number): Fate {
  return { kind: 'later', afterMs };
}

/** Returns a request's recipients as one list, whatever its kind. */
export function recipientsOf(request: SendRequest): readonly {
  readonly address: string;
  readonly name?: string;
  readonly data: Readonly<Record<string, unknown>>;
}[] {
  if (request.kind === 'message') return [{ ...mailbox(request.to), data: {} }];
  return request.recipients.map(({ to, data }) => ({
    ...mailbox(to),
    data: { ...request.data, ...data },
  }));
}

function mailbox(to: string | { address: string; name?: string }) {
  return typeof to === 'string' ? { address: to } : to;
}
