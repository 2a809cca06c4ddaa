import type { ParkReason, RejectReason } from './reasons.ts';

/** How a call to SES failed, without the SDK's types. */
export type SesFailure = {
  /** Exception name, such as MessageRejected. */
  readonly name: string;
  readonly message: string;
  /** HTTP status, absent when no answer came. */
  readonly httpStatus?: number;
  /** Node's code, such as ECONNRESET. */
  readonly systemCode?: string;
};

/** What a failure means for the mail. `unknown`: SES may have taken it, nobody can tell. */
export type Refusal =
  | { readonly kind: 'throttled' }
  | { readonly kind: 'quota-spent' }
  | { readonly kind: 'retry'; readonly reason: string }
  | { readonly kind: 'reject'; readonly reason: RejectReason }
  | { readonly kind: 'park'; readonly reason: ParkReason }
  | { readonly kind: 'unknown'; readonly reason: string };

type Rule = { readonly name: RegExp; readonly text?: RegExp; readonly means: Refusal };

const throttled: Refusal = { kind: 'throttled' };
const quotaSpent: Refusal = { kind: 'quota-spent' };
const park = (reason: ParkReason): Refusal => ({ kind: 'park', reason });
const reject = (reason: RejectReason): Refusal => ({ kind: 'reject', reason });
const sesError: Refusal = { kind: 'retry', reason: 'ses-error' };
const noAnswer: Refusal = { kind: 'unknown', reason: 'no-answer' };

/**
 * SES's failures in order, the first that fits decides. The daily quota hides behind three names and is
 * told apart by its text. Texts that quote the request (a header, a domain, a name) are matched from their
 * beginning, so that nothing an app wrote is taken for SES's own words.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
 */
const rules: readonly Rule[] = [
  {
    name: /^(TooManyRequests|Throttling|LimitExceeded)/,
    text: /daily|quota exceeded/i,
    means: quotaSpent,
  },
  { name: /^(TooManyRequests|Throttling)/, means: throttled },
  { name: /^LimitExceeded/, text: /rate/i, means: throttled },
  { name: /^LimitExceeded/, means: quotaSpent },
  { name: /^AccountSuspended/, means: park('account-suspended') },
  { name: /^SendingPaused/, means: park('sending-paused') },
  { name: /^MailFromDomainNotVerified/, means: park('mail-from-unverified') },
  { name: /^NotFound/, text: /^(the )?(email )?template\b/i, means: reject('template-unknown') },
  { name: /^NotFound/, means: park('configuration-missing') },
  {
    name: /^BadRequest/,
    text: /^(the |invalid )?(configuration ?set|sending ?pool|dedicated ip pool)\b/i,
    means: park('configuration-missing'),
  },
  { name: /^BadRequest/, means: reject('ses-refused') },
  { name: /^MessageRejected/, text: /sending paused|suspended/i, means: park('sending-paused') },
  { name: /^MessageRejected/, means: reject('content-rejected') },
  // Lambda renews its credentials by itself, so the next attempt signs with fresh ones.
  { name: /^ExpiredToken/, means: sesError },
  {
    name: /AccessDenied|NotAuthorized|UnrecognizedClient|InvalidClientToken/,
    means: park('access-denied'),
  },
  // SES says by name that it failed; whoever else answers 5xx cannot know what SES did.
  {
    name: /^(InternalServiceError|InternalFailure|ServiceUnavailable|ConcurrentModification)/,
    means: sesError,
  },
  // Nothing was signed, so nothing left.
  { name: /^CredentialsProviderError/, means: { kind: 'retry', reason: 'unreachable' } },
];

/** Answers under a name we do not know, by their HTTP status: only a 400 can be the request's fault. */
const byStatus: Readonly<Record<number, Refusal>> = {
  // The signature, a clock or a permission: ours to mend.
  401: park('access-denied'),
  403: park('access-denied'),
  // SES waited for a part of the request, so it may have the whole of it.
  408: noAnswer,
  429: throttled,
};

/** The SDK's words for a connection that was never made; they come without a code. */
const noConnection = /did not establish a connection|without establishing a connection/i;

/** System codes that prove that the request never left: safe to try again. */
const neverLeft = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/**
 * Returns what a failed SendEmail means. `from` is the sender's address: an unverified identity is ours
 * to mend when it is the sender's, and the sandbox's doing when it is a recipient's.
 */
export function judgeRefusal(failure: SesFailure, from: string): Refusal {
  const unverified = /not verified.*?:\s*(.+)$/is.exec(failure.message);
  if (failure.name.startsWith('MessageRejected') && unverified?.[1])
    return park(
      namesSender(unverified[1], from) ? 'identity-unverified' : 'recipient-unverified-in-sandbox',
    );
  const rule = rules.find(
    ({ name, text }) => name.test(failure.name) && (!text || text.test(failure.message)),
  );
  if (rule) return rule.means;
  if (failure.httpStatus === undefined && noConnection.test(failure.message))
    return { kind: 'retry', reason: 'unreachable' };
  if (neverLeft.test(failure.systemCode ?? '')) return { kind: 'retry', reason: 'unreachable' };
  if (failure.httpStatus === undefined) return noAnswer;
  // Below 400 SES said yes and the rest of its answer was lost; a gateway's 5xx hides what SES said.
  if (failure.httpStatus < 400 || failure.httpStatus >= 500) return noAnswer;
  return byStatus[failure.httpStatus] ?? reject('ses-refused');
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
