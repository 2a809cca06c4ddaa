/** A redrive that is interrupted, and goes on. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localTarget } from '../../adapters/clients.ts';
import { namesOf } from '../../contract/names.ts';
import { type Backend, createBackend } from '../../operator/actions/backend.ts';
import { createTurns } from '../../operator/actions/pace.ts';
import { findDeadQueues } from '../../operator/actions/parked.ts';
import { redriveParked } from '../../operator/actions/parked-move.ts';
import { lookedAtMax } from '../../operator/actions/parked-walk.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
const stream = 'transactional';
const mails = 300;
let aws: LocalAws;
let backend: Backend;

beforeAll(async () => {
  aws = await startLocalAws();
  backend = createBackend(localTarget(aws.endpoint), 'test');
});
afterAll(async () => {
  backend.close();
  await aws.close();
});

test('an interrupted redrive loses and doubles nothing, and leaves in sight what another filter means', async () => {
  const reasons = ['identity-unverified', 'mail-from-unverified'] as const;
  await aws.sendTo(
    names.parkedQueue(stream),
    Array.from({ length: mails }, (_, index) => ({
      body: `body ${index}`,
      attributes: { reason: reasons[index % 2] ?? '', tenant: 'acme', id: `id-${index}` },
    })),
  );
  const queues = await findDeadQueues(backend, stream);
  const interrupt = new AbortController();
  const setting = {
    ...{ filter: { reason: reasons[0] }, dryRun: false, lookedAtMax },
    ...{ startedAt: Date.now() + 1_000, ratePerSecond: 100_000 },
  };
  const first = await redriveParked(backend, queues, {
    ...setting,
    signal: interrupt.signal,
    onProgress: (lookedAt) => {
      if (lookedAt > mails / 3) interrupt.abort();
    },
  });
  expect(first).toMatchObject({ interrupted: true, failed: 0, hidden: 0 });
  expect(first.redriven).toBeGreaterThan(0);
  expect(first.redriven).toBeLessThan(mails / 2);
  const second = await redriveParked(backend, queues, setting);
  expect(second).toMatchObject({ interrupted: false, left: mails / 2, failed: 0, hidden: 0 });
  expect(second.leftGroups).toMatchObject([{ reason: reasons[1], count: mails / 2 }]);
  expect(first.redriven + second.redriven).toBe(mails / 2);
  const sent = (await aws.receiveAll(names.intakeQueue(stream))).map(({ Body }) => Body);
  expect(new Set(sent).size).toBe(mails / 2);
  expect(sent).toHaveLength(mails / 2);
  expect(await aws.receiveAll(names.parkedQueue(stream))).toHaveLength(mails / 2);
});

test('turns keep to their rate together, whoever asks when, and nobody waits longer than for those before', () => {
  const asks = fc.array(
    fc.record({ count: fc.integer({ min: 1, max: 10 }), laterMs: fc.nat(50) }),
    {
      minLength: 1,
      maxLength: 50,
    },
  );
  fc.assert(
    fc.property(asks, fc.integer({ min: 1, max: 1_000 }), (given, ratePerSecond) => {
      const waitMs = createTurns(ratePerSecond);
      let now = 0;
      let before = 0;
      for (const { count, laterMs } of given) {
        now += laterMs;
        const wait = waitMs(count, now);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual((before * 1_000) / ratePerSecond + 1e-6);
        // What went until its turn took its time.
        expect(now + wait).toBeGreaterThanOrEqual(wait > 0 ? (before * 1_000) / ratePerSecond : 0);
        before += count;
      }
    }),
  );
});
