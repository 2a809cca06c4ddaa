import * as sdk from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { waitFor, waitMs } from '../../domain/failures.ts';
import {
  isKnownToStore,
  judgeStoreFailure,
  type StoreFailure,
} from '../../domain/store-failures.ts';
import { minuteMs, secondMs } from '../../domain/time.ts';

test('every exception that the SDK models has its row', () => {
  const names = Object.values(sdk).flatMap((value) =>
    typeof value === 'function' && value.prototype instanceof sdk.DynamoDBServiceException
      ? [value.name]
      : [],
  );
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !isKnownToStore(name))).toEqual([]);
});

test.each<readonly [name: string, httpStatus: number | undefined, expected: StoreFailure]>([
  ['ProvisionedThroughputExceededException', 400, 'busy'],
  ['ThrottlingException', 400, 'busy'],
  ['RequestLimitExceeded', 400, 'busy'],
  ['ReplicatedWriteConflictException', 400, 'busy'],
  ['InternalServerError', 500, 'busy'],
  ['SlowDown', 503, 'busy'],
  ['Busy', undefined, 'busy'],
  ['BrandNewException', 503, 'busy'],
  ['BrandNewException', 429, 'busy'],
  ['SyntaxError', 200, 'busy'],
  ['TimeoutError', undefined, 'busy'],
  ['ResourceNotFoundException', 400, 'broken'],
  ['AccessDeniedException', 400, 'broken'],
  ['ValidationException', 400, 'broken'],
  ['BrandNewException', 400, 'broken'],
  ['TypeError', undefined, 'broken'],
  ['constructor', undefined, 'broken'],
])('%s %s is %s', (name, httpStatus, expected) => {
  const failure = { name, message: 'no', ...(httpStatus === undefined ? {} : { httpStatus }) };
  expect(judgeStoreFailure(failure)).toBe(expected);
});

test.each([
  ['ECONNRESET', 'busy'],
  ['ENOTFOUND', 'busy'],
  ['ERR_INVALID_ARG_TYPE', 'broken'],
] as const)('the system code %s is %s', (systemCode, expected) => {
  expect(judgeStoreFailure({ name: 'Error', message: 'no', systemCode })).toBe(expected);
});

test('a busy table is waited for briefly and ever longer, a broken one for longer', () => {
  const waits = (reason: string) =>
    [1, 2, 5, 89].map((received) => waitMs(waitFor(reason), received));
  expect(waits('store-busy')).toEqual([2 * secondMs, 4 * secondMs, 32 * secondMs, 15 * minuteMs]);
  expect(waits('store-broken')).toEqual([minuteMs, 2 * minuteMs, 15 * minuteMs, 15 * minuteMs]);
});

test('before SQS would set a mail aside it waits where its receives are counted anew', () => {
  expect(waitMs(waitFor('store-busy'), 90)).toBe(60 * minuteMs);
  expect(waitMs(waitFor('no-time-left'), 95)).toBe(60 * minuteMs);
});

test('a reason that no row names waits all the same', () => {
  expect(waitMs(waitFor('constructor'), 1)).toBe(30 * secondMs);
});
