import { isUnsent, plainName, type ServiceFailure } from './failures.ts';
import type { ParkReason, RejectReason, SesHoldReason } from './reasons.ts';

/** Why a mail comes again soon: SES's doing, or ours before SES was asked. */
type RetryReason =
  | 'ses-error'
  | 'unreachable'
  | 'no-time-left'
  | 'stopped-meanwhile'
  | 'store-busy';

/** What a failure means for the mail. `unknown`: SES may have taken it, nobody can tell. */
export type Refusal =
  /** Ask again within the pace. */
  | { readonly kind: 'throttled' }
  /** Ask again soon. */
  | { readonly kind: 'retry'; readonly reason: RetryReason }
  /** SES takes nothing of the stream for now: the mail stays in its queue and the switch is told. */
  | { readonly kind: 'hold'; readonly reason: SesHoldReason }
  | { readonly kind: 'reject'; readonly reason: RejectReason }
  /** Ours to mend: put aside, and somebody is alarmed. */
  | { readonly kind: 'park'; readonly reason: ParkReason }
  | { readonly kind: 'unknown'; readonly reason: 'no-answer' | 'no-message-id' };

/** What one name means: the first text that fits decides, else `means`. */
type Row = {
  readonly texts?: readonly { readonly text: RegExp; readonly means: Refusal }[];
  readonly means: Refusal;
};

const throttled: Refusal = { kind: 'throttled' };
const sesError: Refusal = { kind: 'retry', reason: 'ses-error' };
const noAnswer: Refusal = { kind: 'unknown', reason: 'no-answer' };
const hold = (reason: SesHoldReason): Refusal => ({ kind: 'hold', reason });
const park = (reason: ParkReason): Refusal => ({ kind: 'park', reason });
const reject = (reason: RejectReason): Refusal => ({ kind: 'reject', reason });
const accessDenied: Row = { means: park('access-denied') };

/** The daily quota hides behind three names and is told apart by its text. */
const dailyQuota = { text: /daily|quota exceeded/i, means: hold('quota-spent') };
const tooFast: Row = { texts: [dailyQuota], means: throttled };

/** A signature is refused for its time as well. */
const clockAstray = { text: /^signature (expired|not yet current)/i, means: sesError };

/** The account is closed under this name too; anchored, because the rest of the text may quote the mail. */
const closedAccount = [
  { text: /^(email )?sending (is |was )?paused/i, means: hold('sending-paused') },
  { text: /^((email )?sending|account) (is |was )?suspended/i, means: hold('account-suspended') },
];

/**
 * Every failure that SES models or was seen to answer, by name without `Exception`. Texts that quote the
 * request (a header, a domain, a name) are matched from their beginning, so that nothing an app wrote is
 * taken for SES's own words.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html
 */
const rows: Readonly<Record<string, Row>> = {
  TooManyRequests: tooFast,
  Throttling: tooFast,
  LimitExceeded: {
    texts: [dailyQuota, { text: /rate/i, means: throttled }],
    means: hold('quota-spent'),
  },
  SendingPaused: { means: hold('sending-paused') },
  AccountSuspended: { means: hold('account-suspended') },
  MailFromDomainNotVerified: { means: park('mail-from-unverified') },
  NotFound: {
    texts: [{ text: /^(the )?(email )?template\b/i, means: reject('template-unknown') }],
    means: park('configuration-missing'),
  },
  BadRequest: {
    texts: [
      {
        text: /^(the |invalid )?(configuration ?set|sending ?pool|dedicated ip pool)\b/i,
        means: park('configuration-missing'),
      },
    ],
    means: reject('ses-refused'),
  },
  MessageRejected: { texts: closedAccount, means: reject('content-rejected') },
  // SES says by name that it failed; whoever else answers 5xx cannot know what SES did.
  InternalServiceError: { means: sesError },
  InternalFailure: { means: sesError },
  ServiceUnavailable: { means: sesError },
  ConcurrentModification: { means: sesError },
  // Not for sending; should SES say so all the same, waiting costs nothing.
  Conflict: { means: sesError },
  AlreadyExists: { means: sesError },
  InvalidNextToken: { means: sesError },
  // Lambda renews its credentials by itself, so the next attempt signs with fresh ones.
  ExpiredToken: { means: sesError },
  // The signature was too old on arrival, or a clock is wrong: the SDK corrects it for the next attempt.
  RequestExpired: { means: sesError },
  RequestInTheFuture: { means: sesError },
  RequestTimeTooSkewed: { means: sesError },
  InvalidSignature: { texts: [clockAstray], means: park('access-denied') },
  SignatureDoesNotMatch: { texts: [clockAstray], means: park('access-denied') },
  IncompleteSignature: accessDenied,
  MissingAuthenticationToken: accessDenied,
  AccessDenied: accessDenied,
  AuthFailure: accessDenied,
  NotAuthorized: accessDenied,
  OptInRequired: accessDenied,
  UnrecognizedClient: accessDenied,
  InvalidClientTokenId: accessDenied,
  // Too much at once, under the names of other services and of what stands before all of them.
  Throttled: tooFast,
  RequestThrottled: tooFast,
  RequestLimitExceeded: tooFast,
  BandwidthLimitExceeded: tooFast,
  SlowDown: tooFast,
  PriorRequestNotComplete: tooFast,
  // The request broke on the way, or came to an endpoint that does not know it: not the mail's doing.
  MalformedHttpRequest: { means: sesError },
  MalformedQueryString: { means: sesError },
  UnknownOperation: { means: sesError },
  InvalidAction: { means: sesError },
  MissingAction: { means: sesError },
  // Whoever waited gave up; what SES has of the request nobody can tell.
  RequestAborted: { means: noAnswer },
  RequestTimeout: { means: noAnswer },
  RequestEntityTooLarge: { means: reject('message-too-large') },
};

/** Answers under a name we do not know, by their HTTP status: only a 400 can be the request's fault. */
const byStatus: Readonly<Record<number, Refusal>> = {
  // The signature, a clock or a permission: ours to mend.
  401: park('access-denied'),
  403: park('access-denied'),
  // SES waited for a part of the request, so it may have the whole of it.
  408: noAnswer,
  429: throttled,
};

/**
 * Every status of one entry of SendBulkEmail that is a failure. One that stands under an exception's name
 * is judged as that exception, text and all.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_BulkEmailEntryResult.html
 */
const byBulkStatus: Readonly<Record<string, Refusal | string>> = {
  ACCOUNT_THROTTLED: throttled,
  ACCOUNT_DAILY_QUOTA_EXCEEDED: hold('quota-spent'),
  ACCOUNT_SENDING_PAUSED: hold('sending-paused'),
  CONFIGURATION_SET_SENDING_PAUSED: hold('sending-paused'),
  ACCOUNT_SUSPENDED: hold('account-suspended'),
  MESSAGE_REJECTED: 'MessageRejected',
  MAIL_FROM_DOMAIN_NOT_VERIFIED: park('mail-from-unverified'),
  CONFIGURATION_SET_NOT_FOUND: park('configuration-missing'),
  INVALID_SENDING_POOL_NAME: park('configuration-missing'),
  TEMPLATE_NOT_FOUND: reject('template-unknown'),
  INVALID_PARAMETER: 'BadRequest',
  TRANSIENT_FAILURE: sesError,
  // SES says by name that it could not process this entry.
  FAILED: sesError,
};

/**
 * Returns what a failed SendEmail or SendBulkEmail means. `from` is the sender's address: an unverified
 * identity is ours to mend when it is the sender's, and the sandbox's doing when it is a recipient's.
 */
export function judgeRefusal(failure: ServiceFailure, from: string): Refusal {
  const name = plainName(failure);
  if (Object.hasOwn(rows, name)) return judgeByName(name, failure.message, from);
  if (isUnsent(failure)) return { kind: 'retry', reason: 'unreachable' };
  const status = failure.httpStatus;
  // Below 400 SES said yes and the rest of its answer was lost; a gateway's 5xx hides what SES said.
  if (status === undefined || status < 400 || status >= 500) return noAnswer;
  return byStatus[status] ?? reject('ses-refused');
}

/**
 * Returns what a status of one SendBulkEmail entry means; undefined when SES took the mail. A status that
 * we do not know may be either.
 */
export function judgeBulkStatus(
  { status, error }: { readonly status: string; readonly error: string },
  from: string,
): Refusal | undefined {
  if (status === 'SUCCESS') return undefined;
  const means = Object.hasOwn(byBulkStatus, status) ? byBulkStatus[status] : noAnswer;
  return typeof means === 'string' ? judgeByName(means, error, from) : means;
}

/** Returns whether the table has a row for an exception of SES, by its name. */
export function isKnownToSes(name: string): boolean {
  return Object.hasOwn(rows, plainName({ name, message: '' }));
}

/** Returns whether the table has a row for a status of a bulk entry. */
export function isKnownBulkStatus(status: string): boolean {
  return status === 'SUCCESS' || Object.hasOwn(byBulkStatus, status);
}

function judgeByName(name: string, text: string, from: string): Refusal {
  const unverified =
    name === 'MessageRejected' ? /not verified.*?:\s*(.+)$/is.exec(text)?.[1] : undefined;
  if (unverified)
    return park(
      namesSender(unverified, from) ? 'identity-unverified' : 'recipient-unverified-in-sandbox',
    );
  const row = rows[name];
  return row?.texts?.find((one) => one.text.test(text))?.means ?? row?.means ?? noAnswer;
}

function namesSender(identities: string, from: string): boolean {
  const sender = from.toLowerCase();
  const domain = sender.slice(sender.lastIndexOf('@') + 1);
  return (
    identities
      .toLowerCase()
      // An identity may stand as a mailbox: Ada <ada@example.com>.
      .split(/[,\s<>]+/)
      .some((identity) => identity === sender || identity === domain)
  );
}
