import { expect, test } from 'vitest';
import type { RequestItem } from '../../contract/items.ts';
import { waitsAfter } from '../../contract/past-waits.ts';

function waiting(over: Partial<RequestItem> = {}): RequestItem {
  return {
    ...{ pk: 'm', sk: 'request', state: 'waiting', stream: 'transactional' },
    ...{ queueMessageId: 'q', recipientCount: 1, claimedAt: 1_000, attemptIds: [] },
    decided: { '*': { outcome: 'parked', reason: 'identity-unverified' } },
    ...{ enqueuedAt: 500, ttl: 1 },
    ...over,
  };
}

const again = { state: 'claimed', claimedAt: 2_000 } as const;

test('what ended with a new word stays known, with when it began and ended', () => {
  expect(waitsAfter(waiting(), again)).toEqual({
    waits: [
      { outcome: 'parked', reason: 'identity-unverified', since: 1_000, until: 2_000, times: 1 },
    ],
  });
});

test('waits that follow each other for one reason are one, counted', () => {
  const first = waitsAfter(waiting(), again);
  const second = waitsAfter(waiting({ ...first, claimedAt: 2_000 }), {
    ...again,
    claimedAt: 3_000,
  });
  expect(second.waits).toEqual([
    { outcome: 'parked', reason: 'identity-unverified', since: 1_000, until: 3_000, times: 2 },
  ]);
});

test('a note about a request that goes on waiting ends nothing', () => {
  expect(waitsAfter(waiting(), {})).toEqual({});
  expect(waitsAfter(waiting({ state: 'claimed' }), again)).toEqual({});
});

test('only the latest four are kept, so that the item stays one write', () => {
  let request = waiting();
  for (let at = 2_000; at < 9_000; at += 1_000) {
    const decided = { '*': { outcome: 'held', reason: `reason ${at}` } } as const;
    request = {
      ...waiting({ ...request, decided, claimedAt: at }),
      ...waitsAfter(request, { ...again, claimedAt: at }),
    };
  }
  expect(request.waits?.map(({ since }) => since)).toEqual([4_000, 5_000, 6_000, 7_000]);
});
