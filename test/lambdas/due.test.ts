/**
 * Goal: mail that waited for its time comes back to its queue at that time, whole, and nothing that goes
 * wrong loses it. Method: the real function on virtual time; bucket and queue are plain values.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { queueBytes } from '../../adapters/intake.ts';
import { requestLimits } from '../../contract/send-request.ts';
import { type LaterMail, laterKey } from '../../contract/waiting-mail.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import type { DuePorts } from '../../lambdas/due/ports.ts';
import { createFaults, type Faults } from '../support/faults.ts';
import { createIntake, type Intake } from '../support/intake.ts';
import { createLater, type Later } from '../support/later.ts';
import { createVirtualTime, type VirtualTime } from '../support/virtual-time.ts';

let time: VirtualTime;
let faults: Faults;
let bucket: Map<string, Uint8Array>;
let intake: Intake;
let later: Later;

beforeEach(() => {
  time = createVirtualTime();
  faults = createFaults();
  bucket = new Map();
  intake = createIntake(time);
  later = createLater({ bucket, intake, time, faults });
});

let counter = 0;

function mail(dueAt: number, over: Partial<LaterMail> = {}): LaterMail {
  counter += 1;
  return {
    stream: 'transactional',
    body: `mail ${counter}`,
    queueMessageId: `00000000-0000-4000-9000-${String(counter).padStart(12, '0')}`,
    firstQueueMessageId: '00000000-0000-4000-9000-000000000000',
    enqueuedAt: epochMs(time.clock() - hourMs),
    dueAt: epochMs(dueAt),
    receiveCount: 1,
    attributes: {},
    ...over,
  };
}

/** Puts mail to wait, and returns its bodies. */
async function waiting(...mails: readonly LaterMail[]): Promise<readonly string[]> {
  for (const one of mails) await later.put(one, 'message');
  return mails.map(({ body }) => body);
}

/** Lets the schedule run until nothing waits, and returns what came into the queue and when. */
async function runSchedule(over: Partial<DuePorts> = {}) {
  const arrived: { body: string; at: EpochMs }[] = [];
  const drain = (until: number) => {
    for (let next = intake.nextAt(); next !== undefined && next <= until; next = intake.nextAt()) {
      time.advanceTo(next);
      const records = intake.receive();
      arrived.push(...records.map(({ body }) => ({ body, at: time.clock() })));
      intake.settle(records, []);
    }
  };
  for (let next = later.nextAt(); next !== undefined; next = later.nextAt()) {
    drain(next);
    time.advanceTo(next);
    await later.run(over).catch(() => undefined);
  }
  drain(Infinity);
  return arrived;
}

const bodiesOf = (arrived: readonly { body: string }[]) => arrived.map(({ body }) => body).sort();

describe('mail that waits for its time', () => {
  test.each([16 * minuteMs, hourMs + 1, 13 * hourMs + 17 * secondMs, 300 * dayMs, 365 * dayMs])(
    'arrives within the second after %i ms',
    async (afterMs) => {
      const dueAt = time.clock() + afterMs;
      await waiting(mail(dueAt));
      const [arrived] = await runSchedule();
      expect(arrived?.at).toBeGreaterThanOrEqual(dueAt);
      expect(arrived?.at).toBeLessThan(dueAt + secondMs);
      expect(later.late.every((late) => late <= 0)).toBe(true);
    },
  );

  test('stays where it is until ten minutes before its time', async () => {
    await waiting(mail(time.clock() + 12 * minuteMs));
    await later.run();
    expect(later.keys()).toHaveLength(1);
    expect(intake.size()).toBe(0);
    time.advance(2 * minuteMs);
    await later.run();
    expect(later.keys()).toEqual([]);
    expect(intake.size()).toBe(1);
  });

  test('comes back whole: body, tenant, attributes, and what it went through', async () => {
    const given = mail(time.clock(), {
      body: 'an "odd" body \u{1f600}\n',
      group: 'acme',
      attributes: { parkedAt: '2026-01-01T00:00:00Z', traceparent: '00-1-1-01', waited: '1,1,1' },
      receiveCount: 7,
    });
    await waiting(given);
    await later.run();
    const [record] = intake.receive();
    expect(record).toMatchObject({
      body: given.body,
      group: 'acme',
      parkedAt: Date.UTC(2026, 0, 1),
      enqueuedAt: given.enqueuedAt,
      dueAt: given.dueAt,
      receiveCount: 8,
      attributes: { parkedAt: '2026-01-01T00:00:00Z', traceparent: '00-1-1-01' },
    });
  });

  test.each<[string, Partial<LaterMail>]>([
    ['a body that fills the limit of SQS', { body: 'x'.repeat(requestLimits.queueBodyBytes) }],
    [
      'ten attributes',
      { attributes: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`a${i}`, 'v'])) },
    ],
  ])('comes back with %s, its history left behind', async (_, over) => {
    await waiting(mail(time.clock(), over));
    const sent: number[] = [];
    await later.run({
      send: async (_stream, bodies) => {
        sent.push(...bodies.map(queueBytes));
        return bodies.map((one) => intake.put(one.body, one) !== '');
      },
    });
    const [record] = intake.receive();
    expect(Math.max(...sent)).toBeLessThanOrEqual(requestLimits.queueBodyBytes);
    expect(record).toMatchObject({ receiveCount: 1, attributes: over.attributes ?? {} });
  });

  test('leaves page after page when thousands are due in one minute', async () => {
    const dueAt = time.clock() + 5 * minuteMs;
    const bodies = await waiting(...Array.from({ length: 2_345 }, () => mail(dueAt)));
    const calls: number[] = [];
    await later.run({
      send: async (_stream, given) => {
        calls.push(given.length);
        return given.map((one) => intake.put(one.body, one) !== '');
      },
    });
    expect(later.keys()).toEqual([]);
    expect(Math.max(...calls)).toBe(10);
    expect(calls.length).toBeLessThan(bodies.length / 9);
    expect(bodiesOf(await runSchedule())).toEqual([...bodies].sort());
  });

  test('that is found late says how late it is', async () => {
    await waiting(mail(time.clock() - 20 * minuteMs));
    await later.run();
    expect(Math.max(...later.late)).toBe(20 * minuteMs);
  });
});

describe('nothing is lost', () => {
  test.each(['before', 'after'] as const)(
    'when a run dies %s any of its calls, and little is repeated',
    async (when) => {
      let repeated = 0;
      for (let call = 1; ; call += 1) {
        const dueAt = time.clock() + 20 * minuteMs;
        const bodies = await waiting(...Array.from({ length: 25 }, () => mail(dueAt)));
        time.advance(15 * minuteMs);
        faults.plan({ call, when, kind: 'dead' });
        await later.run().catch(() => undefined);
        const struck = faults.struck();
        faults.plan(undefined);
        const arrived = bodiesOf(await runSchedule());
        expect([...new Set(arrived)]).toEqual([...bodies].sort());
        repeated += arrived.length - bodies.length;
        if (!struck) break;
      }
      expect(repeated).toBeGreaterThan(0);
    },
  );

  test('what SQS does not take stays, and goes with the next run', async () => {
    const bodies = await waiting(...Array.from({ length: 10 }, () => mail(time.clock())));
    await later.run({
      send: async (_stream, given) =>
        given.map((one, index) => index % 2 === 0 && intake.put(one.body, one) !== ''),
    });
    expect(intake.size()).toBe(5);
    expect(later.left).toEqual(new Map([['SQS did not take it', 5]]));
    expect(bodiesOf(await runSchedule())).toEqual([...bodies].sort());
  });

  test('a run that has no time left takes up nothing more, and the next goes on', async () => {
    const bodies = await waiting(...Array.from({ length: 120 }, () => mail(time.clock())));
    const stopAt = epochMs(time.clock() + 3 * secondMs);
    await later.run({
      stopAt,
      send: async (_stream, given) => {
        time.advance(secondMs);
        return given.map((one) => intake.put(one.body, one) !== '');
      },
    });
    expect(intake.size()).toBeGreaterThan(0);
    expect(intake.size()).toBeLessThan(bodies.length);
    expect(later.keys()).toHaveLength(bodies.length - intake.size());
    expect(Math.max(...later.late)).toBeGreaterThanOrEqual(3 * secondMs);
    expect(bodiesOf(await runSchedule())).toEqual([...bodies].sort());
  });
});

describe('what cannot be returned stays, is named, and stands in the way of nobody', () => {
  const broken: readonly (readonly [what: string, why: string, put: () => Promise<string>])[] = [
    [
      'an object that dispatch never wrote',
      'it is not what dispatch writes',
      async () => {
        const key = laterKey(mail(time.clock() - hourMs), 'message');
        bucket.set(key, Buffer.from('{"body":1}'));
        return key;
      },
    ],
    [
      'a key that is none of ours',
      'its key is not one that dispatch writes',
      async () => {
        bucket.set('later/README.txt', Buffer.from('hello'));
        return 'later/README.txt';
      },
    ],
    [
      'mail of a stream that is gone',
      'stream lifecycle is gone',
      async () => {
        const one = mail(time.clock() - hourMs, { stream: 'lifecycle' });
        await waiting(one);
        return laterKey(one, 'message');
      },
    ],
  ];

  test.each(broken)('%s', async (_, why, put) => {
    const key = await put();
    const bodies = await waiting(mail(time.clock()), mail(time.clock()));
    await later.run();
    expect(later.keys()).toEqual([key]);
    expect(later.left).toEqual(new Map([[why, 1]]));
    const records = intake.receive();
    expect(bodiesOf(records)).toEqual([...bodies].sort());
  });

  test('mail that S3 does not hand out for now', async () => {
    const [first] = [mail(time.clock()), mail(time.clock())];
    await waiting(first, mail(time.clock()));
    const stuck = laterKey(first, 'message');
    await later.run({
      readLater: async (key) => {
        if (key === stuck) throw new Error('SlowDown');
        return later.read(key);
      },
    });
    expect(later.keys()).toEqual([stuck]);
    expect(intake.size()).toBe(1);
  });

  test('a thousand of them hide nothing that stands behind', async () => {
    const gone = Array.from({ length: 1_000 }, () =>
      mail(time.clock() - hourMs, { stream: 'lifecycle' }),
    );
    await waiting(...gone, mail(time.clock()));
    await later.run();
    expect(intake.size()).toBe(1);
    expect(Math.max(...later.late)).toBe(hourMs);
  });
});
