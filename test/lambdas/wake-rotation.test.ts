/** Who decides is woken by what may decide, and a storm does not wake it for every mail. */
import { beforeEach, expect, test } from 'vitest';
import type { RotationMessage } from '../../contract/rotation-command.ts';
import type { Failure } from '../../domain/evidence/model.ts';
import { epochMs, minuteMs, secondMs } from '../../domain/time.ts';
import { createWaker } from '../../lambdas/feedback/wake-rotation.ts';
import { createVirtualTime, type VirtualTime } from '../support/virtual-time.ts';

let time: VirtualTime;
let asked: { readonly message: RotationMessage; readonly slot: string }[];
let drawn = 0;

beforeEach(() => {
  time = createVirtualTime();
  asked = [];
});

const waker = () =>
  createWaker(async (one) => {
    asked.push(one);
  }, time.clock);

function failure(over: Partial<Failure> = {}, origin: Partial<Failure['origin']> = {}): Failure {
  drawn += 1;
  return {
    key: `mail-${drawn}`,
    origin: {
      tenant: 'acme',
      identity: 'acme.example',
      stream: 'marketing',
      pool: 'warm',
      provider: 'gmail',
      campaign: '',
      ...origin,
    },
    ...{ sentAt: epochMs(0), heardAt: epochMs(0), signal: 'block', reason: 'block-ip-reputation' },
    ...{ weight: 1, recipientDomain: 'd', vouched: true },
    ...over,
  };
}

const regions = () =>
  asked.map(({ message }) => (message.kind === 'failures' ? message.regions : []));
const pair = { pool: 'warm', provider: 'gmail' };
const hard = { signal: 'hard-bounce', reason: 'invalid-recipient' } as const;

test('a block, a deferral and an outage ask for their pool at the provider, at once', async () => {
  for (const signal of ['block', 'deferral', 'outage'] as const)
    await waker()([failure({ signal })]);
  expect(regions()).toEqual([[pair], [pair], [pair]]);
});

test('a tenant is asked for from its second failure within ten minutes on', async () => {
  const wake = waker();
  const first = failure(hard);
  await wake([first]);
  // The same failure heard of twice is one.
  await wake([first]);
  expect(asked).toEqual([]);
  time.advance(9 * minuteMs);
  await wake([failure(hard)]);
  expect(regions()).toEqual([[{ tenant: 'acme', provider: 'gmail' }, { tenant: 'acme' }]]);
  time.advance(11 * minuteMs);
  await wake([failure(hard), failure(hard, { tenant: 'globex' })]);
  expect(asked).toHaveLength(1);
});

test('what nobody knows is not asked for', async () => {
  const unknown = { tenant: '', pool: '' };
  await waker()([failure({}, unknown), failure({}, unknown)]);
  expect(asked).toEqual([]);
});

test('in a storm an environment asks once in two seconds, at once and then for all that came up', async () => {
  const wake = waker();
  await wake([failure(), failure({}, { tenant: 'globex' })]);
  for (const provider of ['yahoo', 'gmx', 'yahoo', 'gmail'])
    await wake([failure({}, { provider, tenant: `tenant of ${provider} ${drawn}` })]);
  expect(regions()).toEqual([[pair]]);
  time.advance(2 * secondMs);
  await wake([failure({}, { tenant: 'soylent' })]);
  const [, second] = regions();
  expect(second).toEqual([
    pair,
    { pool: 'warm', provider: 'gmx' },
    { pool: 'warm', provider: 'yahoo' },
  ]);
  expect(new Set(asked.map(({ slot }) => slot)).size).toBe(2);
});

test('what came up later in a slot is asked for with the next event, though it is no failure', async () => {
  const wake = waker();
  await wake([failure()]);
  await wake([failure({}, { provider: 'yahoo', tenant: 'globex' })]);
  await wake([]);
  expect(asked).toHaveLength(1);
  time.advance(2 * secondMs);
  await wake([]);
  expect(regions()[1]).toEqual([{ pool: 'warm', provider: 'yahoo' }]);
  time.advance(2 * secondMs);
  await wake([]);
  expect(asked).toHaveLength(2);
});

test('fifty failures a second of thousands of tenants are at most one message in two seconds', async () => {
  const wake = waker();
  for (let second = 0; second < 60; second += 1) {
    for (let batch = 0; batch < 5; batch += 1)
      await wake(
        Array.from({ length: 10 }, (_, index) =>
          failure(hard, { tenant: `t${(second * 50 + batch * 10 + index) % 500}` }),
        ),
      );
    time.advance(secondMs);
  }
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.length).toBeLessThanOrEqual(30);
  for (const { message } of asked) expect(JSON.stringify(message).length).toBeLessThan(250_000);
});

test('environments that fail in the same words within a slot say the same, so that the queue drops one', async () => {
  const [one, two] = [failure({}, { provider: 'yahoo' }), failure({}, { tenant: 'globex' })];
  await waker()([one, two]);
  await waker()([two, one]);
  expect(asked[0]).toEqual(asked[1]);
});

test('what could not be asked is asked again', async () => {
  let down = true;
  const wake = createWaker(async (one) => {
    if (down) throw new Error('SQS is down');
    asked.push(one);
  }, time.clock);
  const block = failure();
  await expect(wake([block])).rejects.toThrow('SQS is down');
  down = false;
  await wake([block]);
  expect(regions()).toEqual([[pair]]);
});
