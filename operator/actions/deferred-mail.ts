/** Mail that SES keeps because a mailbox provider put it off, as far as the evidence tells. */
import { readDelays, readFailures } from '../../adapters/evidence-store.ts';
import { queryPartition } from '../../adapters/items.ts';
import type { DelayItem, FailureItem } from '../../contract/rotation-items.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { readMessageTag } from '../../contract/tags.ts';
import { isStuckCause } from '../../domain/stuck-causes.ts';
import { type EpochMs, epochMs, hourMs } from '../../domain/time.ts';
import type { Backend } from './backend.ts';
import { inParallel } from './in-parallel.ts';
import type { FoundStuck } from './stuck-row.ts';

/** SES gives a mail up after this, unless its stream says less (`maxDeliverySeconds`). */
const givenUpMs = 14 * hourMs;

/** News of each kind that is read: the newest. */
const newsMax = 2_000;

/** Mails of one provider and reason that are looked up: the oldest. */
const lookedUpMax = 10;

/** Look-ups at once. */
const lanes = 16;

/**
 * Returns by provider and reason what was put off in the last 14 hours and has no end yet. Where a stream hears no Delivery events, a mail that has arrived since counts as waiting.
 */
export async function listDeferred(
  { tables }: Backend,
  now: EpochMs,
): Promise<readonly FoundStuck[]> {
  const window = { since: epochMs(now - givenUpMs), until: now };
  const [failures, silent] = await Promise.all([
    readFailures(tables.evidence, window, newsMax),
    readDelays(tables.evidence, window, newsMax),
  ]);
  const delays: readonly Delayed[] = [...failures.filter(isDelay), ...silent];
  const groups = Map.groupBy(delays, ({ origin, reason }) => `${origin.provider}\n${reason}`);
  const oldest = [...groups.values()].map((group) =>
    group.toSorted((one, other) => one.sentAt - other.sentAt).slice(0, lookedUpMax),
  );
  const asked = oldest.flat();
  const ended = await inParallel(asked, lanes, (failure) => hasEnded(tables.ledger, failure));
  const over = new Set(asked.filter((_, index) => ended[index]));
  return oldest.flatMap((group): readonly FoundStuck[] => {
    const first = group.find((one) => !over.has(one));
    if (first === undefined || !isStuckCause(first.reason)) return [];
    const all = groups.get(`${first.origin.provider}\n${first.reason}`) ?? [];
    return [
      {
        ...{ stage: 'in-ses', cause: first.reason, provider: first.origin.provider },
        count: all.length - group.filter((one) => over.has(one)).length,
        ageMs: now - first.sentAt,
        givenUpAt: epochMs(first.sentAt + givenUpMs),
      },
    ];
  });
}

/** Mail that was put off, whether that counts for reputation or not. */
type Delayed = Pick<FailureItem | DelayItem, 'key' | 'origin' | 'sentAt' | 'reason'>;

/** The end of the tries is no delay. */
function isDelay({ signal, reason }: FailureItem): boolean {
  return (signal === 'deferral' || signal === 'outage') && reason !== 'expired';
}

/** Tells whether an event says how the mail ended; of mail without our tag nothing is known. */
async function hasEnded(ledger: Backend['tables']['ledger'], { key }: Delayed): Promise<boolean> {
  const mail = readMessageTag(key.split('#')[0] ?? '');
  if (mail === undefined) return false;
  const first = ledgerKeys.eventsOf(mail.recipientIndex);
  const between = { first, last: `${first}~` };
  for await (const item of queryPartition(ledger, mail.messageId, { between }))
    if (item['outcome'] !== undefined) return true;
  return false;
}
