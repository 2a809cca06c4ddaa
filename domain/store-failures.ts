import { isUnsent, plainName, type ServiceFailure } from './failures.ts';

/**
 * What a failed call to DynamoDB, or to another service that dispatch keeps its state in, means: `busy`
 * passes by itself, `broken` only when a person mends it. Either way the mail waits in its queue; it is
 * never parked and never waved through because a table is away.
 *
 * There is no `unknown` here: every write of ours is conditional or idempotent, so a call that timed out
 * is made again as if nothing had happened.
 */
export type StoreFailure = 'busy' | 'broken';

/**
 * Every failure that DynamoDB models, and the common ones of all services, by name without `Exception`.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
const byName: Readonly<Record<string, StoreFailure>> = {
  // Too much at once, or a bad moment of the service.
  ProvisionedThroughputExceeded: 'busy',
  Throttling: 'busy',
  RequestLimitExceeded: 'busy',
  LimitExceeded: 'busy',
  TooManyRequests: 'busy',
  SlowDown: 'busy',
  // Our own name for it.
  Busy: 'busy',
  InternalServerError: 'busy',
  InternalFailure: 'busy',
  ServiceUnavailable: 'busy',
  // Somebody else writes the same item or changes the table just now; the next delivery reads it anew.
  ReplicatedWriteConflict: 'busy',
  ConditionalCheckFailed: 'busy',
  TransactionConflict: 'busy',
  TransactionInProgress: 'busy',
  TransactionCanceled: 'busy',
  ResourceInUse: 'busy',
  TableInUse: 'busy',
  // No answer: made again.
  TimeoutError: 'busy',
  RequestTimeout: 'busy',
  AbortError: 'busy',
  // Lambda renews its credentials by itself.
  ExpiredToken: 'busy',
  // A table is gone or never was.
  ResourceNotFound: 'broken',
  TableNotFound: 'broken',
  IndexNotFound: 'broken',
  ReplicaNotFound: 'broken',
  GlobalTableNotFound: 'broken',
  BackupNotFound: 'broken',
  ExportNotFound: 'broken',
  ImportNotFound: 'broken',
  PolicyNotFound: 'broken',
  InvalidEndpoint: 'broken',
  // A permission, a signature or a clock.
  AccessDenied: 'broken',
  UnrecognizedClient: 'broken',
  InvalidClientTokenId: 'broken',
  InvalidSignature: 'broken',
  IncompleteSignature: 'broken',
  MissingAuthenticationToken: 'broken',
  // Our call is wrong, or the item has outgrown what DynamoDB takes.
  Validation: 'broken',
  Serialization: 'broken',
  ItemCollectionSizeLimitExceeded: 'broken',
  DuplicateItem: 'broken',
  IdempotentParameterMismatch: 'broken',
  // Calls that no function of ours makes.
  BackupInUse: 'broken',
  ContinuousBackupsUnavailable: 'broken',
  PointInTimeRecoveryUnavailable: 'broken',
  InvalidRestoreTime: 'broken',
  InvalidExportTime: 'broken',
  ExportConflict: 'broken',
  ImportConflict: 'broken',
  GlobalTableAlreadyExists: 'broken',
  TableAlreadyExists: 'broken',
  ReplicaAlreadyExists: 'broken',
};

/** The system's codes for a connection, such as ECONNRESET; Node's own for a wrong call begin with ERR_. */
const brokeOff = /^E(?!RR_)/;

/** Returns what a failed call means; what is no answer of a service is a fault of ours. */
export function judgeStoreFailure(failure: ServiceFailure): StoreFailure {
  const known = isKnownToStore(failure.name) ? byName[plainName(failure)] : undefined;
  if (known) return known;
  if (isUnsent(failure) || brokeOff.test(failure.systemCode ?? '')) return 'busy';
  const { httpStatus } = failure;
  if (httpStatus === undefined) return 'broken';
  // Below 400 the answer broke off; 408, 429 and 5xx are bad moments of the service.
  return httpStatus < 400 || httpStatus >= 500 || httpStatus === 408 || httpStatus === 429
    ? 'busy'
    : 'broken';
}

/** Returns whether the table has a row for an exception, by its name. */
export function isKnownToStore(name: string): boolean {
  return Object.hasOwn(byName, plainName({ name, message: '' }));
}
