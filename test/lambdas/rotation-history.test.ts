/** What was sent is known to a new environment as it was to the one before, however coarse it is kept. */
import { expect, test } from 'vitest';
import type { SentLevel, SentPeriod } from '../../adapters/evidence-store.ts';
import { createBook } from '../../domain/evidence/book.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { createCampaigns } from '../../lambdas/rotation/campaigns.ts';
import type { EvidencePorts, Rolled } from '../../lambdas/rotation/ports.ts';
import { fillFromPeriods, rollUp } from '../../lambdas/rotation/sent-history.ts';

const begin = epochMs(Date.parse('2026-03-01T00:00:00Z'));
const origin = {
  ...{ tenant: 'acme', identity: 'acme.example', stream: 's', pool: 'a', provider: 'gmail' },
  campaign: '',
};
const region = { pool: 'a', provider: 'gmail' };

/** Minutes in which one mail each was sent, and one bounced each hour, rolled up as far as they are over. */
function createHistory() {
  const periods = new Map<string, SentPeriod>();
  const put = (level: SentLevel, period: SentPeriod) =>
    periods.set(`${level} ${period.start}`, period);
  let rolled: Rolled = { until: begin, sixHoursUntil: begin };
  const ports: EvidencePorts = {
    readJournal: async () => [],
    lastLeaseAt: async () => begin,
    readNews: async ({ since, until }) => ({
      failures: hoursOf(since, until).map((sentAt) => ({
        ...{ pk: '', sk: '', ttl: 0, key: String(sentAt), origin, sentAt, heardAt: sentAt },
        ...{ signal: 'hard-bounce', reason: 'invalid-recipient', weight: 1 },
        ...{ recipientDomain: 'd', vouched: true },
      })),
      voids: [],
      cut: false,
    }),
    readSentPeriods: async function* (level, { since, until }) {
      for (const [key, period] of periods)
        if (key.startsWith(level) && period.start >= since && period.start < until) yield period;
    },
    putSentPeriod: async (level, period) => void put(level, period),
    readRolled: async () => rolled,
    putRolled: async (next) => {
      rolled = next;
    },
    log: () => {},
  };
  const runAt = (now: EpochMs, knownUntil: EpochMs) => {
    const journal = {
      read: async () => 0,
      readUntil: () => now,
      knownUntil: () => knownUntil,
      minute: (start: EpochMs) => [{ origin: { ...origin, campaign: String(start) }, count: 1 }],
      forget: () => {},
    };
    return rollUp(ports, journal, rolled, now);
  };
  return { ports, runAt, rolled: () => rolled };
}

function hoursOf(since: EpochMs, until: EpochMs): readonly EpochMs[] {
  const count = Math.floor((until - since) / hourMs);
  return Array.from({ length: count }, (_, index) => epochMs(since + index * hourMs));
}

test('a new environment counts each mail once, and each failure of closed six hours, whenever it starts', async () => {
  const history = createHistory();
  for (let hour = 1; hour <= 5 * 24; hour += 1) {
    const now = epochMs(begin + hour * hourMs);
    await history.runAt(now, now);
    // A run that died after it had written does it all again.
    if (hour % 6 === 0) await history.runAt(now, now);
    if (hour % 7 !== 0 && hour % 24 !== 0) continue;
    const book = createBook();
    book.rollUp(now);
    const known = { book, campaigns: createCampaigns() };
    const rolled = history.rolled();
    await fillFromPeriods(known, history.ports, { rolled, now });
    const window = { since: epochMs(now - 20 * dayMs), until: now, bucketMs: 6 * hourMs };
    const { sent, failed } = book.counts({ tenant: 'acme' }, 'hard-bounce', window);
    expect(sent.reduce((sum, count) => sum + count, 0)).toBe((now - begin) / minuteMs);
    expect(failed.reduce((sum, count) => sum + count, 0)).toBe(
      (rolled.sixHoursUntil - begin) / hourMs,
    );
    expect(book.failures(['hard-bounce'], { ...window, within: region })).toEqual([]);
  }
});
