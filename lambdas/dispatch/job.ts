import type { SendRequest } from '../../contract/send-request.ts';
import type { NamedRequest } from '../../contract/waiting-mail.ts';
import type { Address } from '../../domain/address.ts';
import type { RejectReason } from '../../domain/reasons.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';

/** What happens to a queue message after this delivery. */
export type Fate =
  | { readonly kind: 'done'; readonly recorded?: true }
  | {
      readonly kind: 'later';
      readonly afterMs: number;
      /** The instant it waits for, where it waits for one rather than for a while. */
      readonly until?: EpochMs;
      /** Our message id, where the body could be read. */
      readonly messageId?: string;
      /** Whose request it is, where the body could be read. */
      readonly named?: NamedRequest;
    };

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
  /** Whether a part of it stands in the content bucket, which forgets. */
  readonly pointsToContent: boolean;
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

/** The message comes back after a while; see `settle-fates.ts` for where it waits. */
export function later(
  afterMs: number,
  known: Omit<Extract<Fate, { kind: 'later' }>, 'kind' | 'afterMs'> = {},
): Fate {
  return { kind: 'later', afterMs, ...known };
}

/** Returns under which names a job's message waits outside its queue. */
export function namesOf({ messageId, request }: Job): {
  readonly messageId: string;
  readonly named: NamedRequest;
} {
  return { messageId, named: { tenant: request.tenant, id: request.id } };
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
