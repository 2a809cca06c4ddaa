/** What one person says with one mailbox counts once in the evidence, whoever wrote to it. */
import { expect, test } from 'vitest';
import type { FailureItem } from '../../contract/rotation-items.ts';
import { epochMs, minuteMs, secondMs } from '../../domain/time.ts';
import { createEvidenceMemory } from '../../lambdas/rotation/evidence-memory.ts';
import type { EvidencePorts } from '../../lambdas/rotation/ports.ts';

const now = epochMs(Date.parse('2026-03-02T12:00:00Z'));

function failureOf(key: string, tenant: string, mailbox: string): FailureItem {
  const sentAt = epochMs(now - minuteMs);
  return {
    ...{ pk: 'failures#', sk: key, ttl: 0, key, sentAt, heardAt: sentAt },
    origin: {
      ...{ tenant, identity: `${tenant}.example`, campaign: '' },
      ...{ stream: 'news', pool: 'a', provider: 'gmail' },
    },
    ...{ signal: 'block', reason: 'block-ip-reputation', weight: 1, recipientDomain: 'g' },
    ...{ vouched: true, mailbox },
  };
}

test('failures of one mailbox at several tenants are vouched for once, read however often', async () => {
  const failures = [
    failureOf('1', 'acme', 'mallory'),
    failureOf('2', 'globex', 'mallory'),
    failureOf('3', 'initech', 'mallory'),
    failureOf('4', 'acme', 'ada'),
  ];
  const ports: EvidencePorts = {
    readJournal: async () => [],
    lastLeaseAt: async () => now,
    readNews: async () => ({ failures, voids: [], cut: false }),
    readSentPeriods: async function* () {},
    putSentPeriod: async () => {},
    readRolled: async () => undefined,
    putRolled: async () => {},
    log: () => {},
  };
  const read = createEvidenceMemory(ports);
  await read(now, 'schedule');
  const { book } = await read(epochMs(now + secondMs), 'schedule');
  const window = { since: epochMs(now - 2 * minuteMs), until: now };
  const known = book.failures(['block'], window);
  expect(known.map(({ key, vouched }) => `${key} ${vouched}`)).toEqual([
    '1 true',
    '2 false',
    '3 false',
    '4 true',
  ]);
});
