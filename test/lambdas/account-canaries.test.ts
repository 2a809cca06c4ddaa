/** While mail leaves, a canary of each stream without Delivery events follows it; else none does. */
import { describe, expect, test } from 'vitest';
import type { SesAccount } from '../../adapters/ses-account.ts';
import { epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { type Canary, canaryEveryMs, createCanaries } from '../../lambdas/account/canaries.ts';

const healthy: SesAccount = {
  sendRatePerSecond: 14,
  dailyQuota: 50_000,
  sentLast24Hours: 0,
  sendingEnabled: true,
  shutDown: false,
  productionAccess: true,
  inReview: false,
};

const begin = Date.parse('2026-03-02T12:00:00Z');
const from = 'goodstanding-canary@example.com';

/** Runs every minute for a while; mail left last at `leasedAt`, or leaves all the time. */
async function runFor(
  ms: number,
  over: {
    readonly account?: Partial<SesAccount>;
    readonly leasedAt?: number;
    readonly send?: (canary: Canary) => Promise<void>;
    /** The clock of the schedule is never exact. */
    readonly lateMs?: number;
  } = {},
) {
  const sent: { readonly pool: string; readonly minute: number }[] = [];
  const failures: unknown[] = [];
  let now = begin;
  const release = createCanaries({
    plan: { from, streams: { marketing: ['m-a', 'm-b'], news: ['n-a'] } },
    lastLeaseAt: async () => epochMs(over.leasedAt ?? now),
    send: async (canary) => {
      await over.send?.(canary);
      sent.push({ pool: canary.pool, minute: (now - begin) / minuteMs });
    },
    failure: (error) => failures.push(error),
  });
  for (; now < begin + ms; now += minuteMs)
    await release({ ...healthy, ...over.account }, epochMs(now + (over.lateMs ?? 0)));
  return { sent, failures };
}

describe('canaries', () => {
  test('leave once in a quarter of an hour and stream, through its pools in turn', async () => {
    const { sent } = await runFor(hourMs);
    expect(sent.map(({ minute }) => minute)).toEqual([7, 7, 22, 22, 37, 37, 52, 52]);
    const ofMarketing = sent.flatMap(({ pool }) => (pool.startsWith('m-') ? [pool] : []));
    expect(new Set(ofMarketing)).toEqual(new Set(['m-a', 'm-b']));
    expect(ofMarketing[0]).toBe(ofMarketing[2]);
  });

  test('leave in the middle of the quarters by which silence is counted, however late a run is', async () => {
    for (const lateMs of [0, 59 * secondMs]) {
      const { sent } = await runFor(hourMs, { lateMs });
      expect(sent).toHaveLength(8);
    }
  });

  test('follow the last mail once, and stay at home while none leaves', async () => {
    const { sent } = await runFor(2 * hourMs, { leasedAt: begin + 20 * minuteMs });
    expect(new Set(sent.map(({ minute }) => minute))).toEqual(new Set([7, 22]));
    expect((await runFor(hourMs, { leasedAt: begin - canaryEveryMs })).sent).toEqual([]);
  });

  test('stay at home while SES takes nothing', async () => {
    expect((await runFor(hourMs, { account: { sendingEnabled: false } })).sent).toEqual([]);
    expect((await runFor(hourMs, { account: { shutDown: true } })).sent).toEqual([]);
  });

  test('that SES refuses keep no other from leaving, and no run from ending well', async () => {
    const refused = async ({ pool }: Canary) => {
      if (pool.startsWith('m-')) throw new Error('no such set');
    };
    const { sent, failures } = await runFor(hourMs, { send: refused });
    expect(sent.map(({ pool }) => pool)).toEqual(['n-a', 'n-a', 'n-a', 'n-a']);
    expect(failures).toHaveLength(4);
  });

  test('a new environment does not repeat what another sent a minute ago', async () => {
    const sent: string[] = [];
    const release = createCanaries({
      plan: { from, streams: { news: ['n-a'] } },
      lastLeaseAt: async () => epochMs(begin),
      send: async ({ pool }) => void sent.push(pool),
      failure: () => {},
    });
    await release(healthy, epochMs(begin + 9 * minuteMs));
    expect(sent).toEqual([]);
  });
});
