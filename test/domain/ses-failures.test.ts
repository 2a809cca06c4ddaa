import * as sdk from '@aws-sdk/client-sesv2';
import { expect, test } from 'vitest';
import type { ServiceFailure } from '../../domain/failures.ts';
import {
  isKnownBulkStatus,
  isKnownToSes,
  judgeBulkStatus,
  judgeRefusal,
} from '../../domain/ses-failures.ts';

/** What a failed call means, in one word and its reason. */
function check(failure: ServiceFailure, expected: string, from = 'ada@sender.example'): void {
  const refusal = judgeRefusal(failure, from);
  expect('reason' in refusal ? `${refusal.kind} ${refusal.reason}` : refusal.kind).toBe(expected);
}

const failed = 'Email address is not verified. The following identities failed the check in region';

test.each<readonly [name: string, httpStatus: number, message: string, expected: string]>([
  ['TooManyRequestsException', 429, 'Maximum sending rate exceeded.', 'throttled'],
  ['TooManyRequestsException', 429, 'Too Many Requests', 'throttled'],
  ['TooManyRequestsException', 429, 'Daily message quota exceeded.', 'hold quota-spent'],
  ['ThrottlingException', 400, 'Maximum sending rate exceeded.', 'throttled'],
  ['ThrottlingException', 400, 'Daily message quota exceeded.', 'hold quota-spent'],
  ['Throttling', 400, 'Rate exceeded', 'throttled'],
  ['LimitExceededException', 400, 'Daily message quota exceeded.', 'hold quota-spent'],
  ['LimitExceededException', 400, 'Maximum sending rate exceeded.', 'throttled'],
  ['LimitExceededException', 400, 'Limit exceeded', 'hold quota-spent'],
  ['ConcurrentModificationException', 500, 'try again', 'retry ses-error'],
  ['InternalServiceErrorException', 500, 'try again', 'retry ses-error'],
  ['InternalFailure', 500, 'try again', 'retry ses-error'],
  ['ServiceUnavailable', 503, 'try again', 'retry ses-error'],
  ['ServiceUnavailableException', 503, 'try again', 'retry ses-error'],
  ['BadRequestException', 400, 'Illegal header name', 'reject ses-refused'],
  ['BadRequestException', 400, 'Invalid sending pool name', 'park configuration-missing'],
  ['NotFoundException', 404, 'Template welcome does not exist', 'reject template-unknown'],
  ['NotFoundException', 404, 'Configuration set <x> does not exist.', 'park configuration-missing'],
  ['MailFromDomainNotVerifiedException', 400, 'no MX', 'park mail-from-unverified'],
  ['SendingPausedException', 400, 'Sending paused for this account.', 'hold sending-paused'],
  ['AccountSuspendedException', 400, 'suspended', 'hold account-suspended'],
  ['MessageRejected', 400, 'Sending suspended for this account.', 'hold account-suspended'],
  ['MessageRejected', 400, 'Sending paused for this account. See', 'hold sending-paused'],
  ['MessageRejected', 400, 'Text "sending paused" is refused', 'reject content-rejected'],
  ['ConflictException', 409, 'in progress', 'retry ses-error'],
  ['AlreadyExistsException', 400, 'exists', 'retry ses-error'],
  ['InvalidNextTokenException', 400, 'token', 'retry ses-error'],
  ['constructor', 400, 'no exception of SES', 'reject ses-refused'],
  ['MessageRejected', 400, 'Bad content', 'reject content-rejected'],
  ['MessageRejected', 400, `${failed} EU-WEST-1: ada@sender.example`, 'park identity-unverified'],
  ['MessageRejected', 400, `${failed} EU-WEST-1: sender.example`, 'park identity-unverified'],
  [
    'MessageRejected',
    400,
    `${failed} US-EAST-1: Ada Lovelace <Ada@Sender.example>, grace@recipient.example`,
    'park identity-unverified',
  ],
  [
    'MessageRejected',
    400,
    `${failed} US-EAST-1: grace@recipient.example`,
    'park recipient-unverified-in-sandbox',
  ],
  [
    'MessageRejected',
    400,
    `${failed} US-EAST-1: grace@evil-sender.example`,
    'park recipient-unverified-in-sandbox',
  ],
  ['AccessDeniedException', 403, 'not authorized to perform ses:SendEmail', 'park access-denied'],
  ['UnrecognizedClientException', 403, 'token is invalid', 'park access-denied'],
  ['ExpiredTokenException', 403, 'token is expired', 'retry ses-error'],
  ['ExpiredToken', 403, 'token is expired', 'retry ses-error'],
  ['InvalidSignatureException', 403, 'Signature expired: 1 is now earlier', 'retry ses-error'],
  ['InvalidSignatureException', 403, 'The signature we calculated', 'park access-denied'],
  ['RequestExpired', 400, 'Request has expired', 'retry ses-error'],
  ['RequestTimeTooSkewed', 403, 'too far', 'retry ses-error'],
  ['IncompleteSignature', 400, 'x', 'park access-denied'],
  ['SignatureDoesNotMatch', 400, 'x', 'park access-denied'],
  ['OptInRequired', 403, 'needs a subscription', 'park access-denied'],
  ['RequestLimitExceeded', 400, 'x', 'throttled'],
  ['ThrottledException', 400, 'x', 'throttled'],
  ['RequestThrottledException', 400, 'x', 'throttled'],
  ['SlowDown', 400, 'x', 'throttled'],
  ['MalformedHttpRequestException', 400, 'x', 'retry ses-error'],
  ['UnknownOperationException', 404, 'x', 'retry ses-error'],
  ['RequestAbortedException', 400, 'aborted before a reply', 'unknown no-answer'],
  ['RequestTimeoutException', 400, 'timed out', 'unknown no-answer'],
  ['RequestEntityTooLargeException', 413, 'x', 'reject message-too-large'],
  ['ValidationError', 400, 'x', 'reject ses-refused'],
  ['SignatureDoesNotMatch', 403, 'does not match', 'park access-denied'],
  ['MissingAuthenticationToken', 401, 'no token', 'park access-denied'],
  ['RequestTimeout', 408, 'waited', 'unknown no-answer'],
  ['NewThrottle', 429, 'slow down', 'throttled'],
  ['BrandNewException', 400, 'whatever', 'reject ses-refused'],
  ['BrandNewException', 502, 'whatever', 'unknown no-answer'],
  ['SyntaxError', 500, '<html> is not valid JSON', 'unknown no-answer'],
  ['Error', 504, 'gateway time-out', 'unknown no-answer'],
  ['SyntaxError', 200, 'Unexpected end of JSON input', 'unknown no-answer'],
  ['TypeError', 204, 'terminated', 'unknown no-answer'],
  ['BadRequestException', 400, 'Illegal header name X-Pool', 'reject ses-refused'],
  ['BadRequestException', 400, 'Invalid address a@pool.example', 'reject ses-refused'],
  ['BadRequestException', 400, 'Header X-Configuration set is illegal', 'reject ses-refused'],
  ['BadRequestException', 400, "SendingPool old doesn't exist", 'park configuration-missing'],
  ['BadRequestException', 400, 'Configuration set is gone', 'park configuration-missing'],
  [
    'NotFoundException',
    404,
    'Configuration set <acme-template-shared> does not exist.',
    'park configuration-missing',
  ],
])('%s %d "%s" means %s', (name, httpStatus, message, expected) =>
  check({ name, httpStatus, message }, expected),
);

test.each([
  ['ECONNREFUSED', 'retry unreachable'],
  ['ENOTFOUND', 'retry unreachable'],
  ['EAI_AGAIN', 'retry unreachable'],
  ['EHOSTUNREACH', 'retry unreachable'],
  ['ECONNRESET', 'unknown no-answer'],
  ['ETIMEDOUT', 'unknown no-answer'],
  ['EPIPE', 'unknown no-answer'],
])('%s without an answer means %s', (systemCode, expected) =>
  check({ name: 'Error', message: 'no answer', systemCode }, expected),
);

test('a connection that was cut within a yes is unknown: SES has taken the mail', () =>
  check(
    { name: 'Error', message: 'aborted', httpStatus: 200, systemCode: 'ECONNRESET' },
    'unknown no-answer',
  ));

test('a time-out is unknown: SES may have taken the mail', () =>
  check({ name: 'TimeoutError', message: 'socket timed out' }, 'unknown no-answer'));

test('missing credentials never left the function', () =>
  check({ name: 'CredentialsProviderError', message: 'none found' }, 'retry unreachable'));

test('a connection that was never made proves that nothing left; one that hung proves nothing', () => {
  const failure = (message: string) => ({ name: 'TimeoutError', message });
  expect(
    judgeRefusal(
      failure(
        '@smithy/node-http-handler - the request socket did not establish a connection with the server',
      ),
      'a@example.com',
    ),
  ).toEqual({ kind: 'retry', reason: 'unreachable' });
  expect(judgeRefusal(failure('Request timed out'), 'a@example.com').kind).toBe('unknown');
});

test('every exception that the SDK models has its row', () => {
  const names = Object.values(sdk).flatMap((value) =>
    typeof value === 'function' && value.prototype instanceof sdk.SESv2ServiceException
      ? [value.name]
      : [],
  );
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !isKnownToSes(name))).toEqual([]);
});

test('every status of a bulk entry that the SDK models has its row', () => {
  expect(Object.values(sdk.BulkEmailStatus).filter((one) => !isKnownBulkStatus(one))).toEqual([]);
});

test.each<readonly [status: string, error: string, expected: string]>([
  ['SUCCESS', '', 'accepted'],
  ['ACCOUNT_THROTTLED', '', 'throttled'],
  ['ACCOUNT_DAILY_QUOTA_EXCEEDED', '', 'hold quota-spent'],
  ['ACCOUNT_SENDING_PAUSED', '', 'hold sending-paused'],
  ['CONFIGURATION_SET_SENDING_PAUSED', '', 'hold sending-paused'],
  ['ACCOUNT_SUSPENDED', '', 'hold account-suspended'],
  ['MESSAGE_REJECTED', 'Bad content', 'reject content-rejected'],
  ['MESSAGE_REJECTED', `${failed} EU-WEST-1: sender.example`, 'park identity-unverified'],
  ['MAIL_FROM_DOMAIN_NOT_VERIFIED', '', 'park mail-from-unverified'],
  ['CONFIGURATION_SET_NOT_FOUND', '', 'park configuration-missing'],
  ['INVALID_SENDING_POOL_NAME', '', 'park configuration-missing'],
  ['TEMPLATE_NOT_FOUND', '', 'reject template-unknown'],
  ['INVALID_PARAMETER', 'Illegal header name', 'reject ses-refused'],
  ['TRANSIENT_FAILURE', '', 'retry ses-error'],
  ['FAILED', 'try again', 'retry ses-error'],
  ['A_STATUS_OF_TOMORROW', '', 'unknown no-answer'],
])('the bulk status %s "%s" means %s', (status, error, expected) => {
  const refusal = judgeBulkStatus({ status, error }, 'ada@sender.example') ?? { kind: 'accepted' };
  expect('reason' in refusal ? `${refusal.kind} ${refusal.reason}` : refusal.kind).toBe(expected);
});
