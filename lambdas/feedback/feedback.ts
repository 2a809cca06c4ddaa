import type { NewFailure } from '../../adapters/failure-store.ts';
import type { Suppression } from '../../adapters/suppression-store.ts';
import type { EventItem } from '../../contract/items.ts';
import { suppressionScope } from '../../contract/table-keys.ts';
import { type Address, recipientKey } from '../../domain/address.ts';
import { type FeedbackMeaning, judgeFeedback } from '../../domain/feedback.ts';
import { type Clock, type EpochMs, epochMs, ttlEpochSeconds } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import { type BookPorts, bookNews } from './book-news.ts';
import { eventItemOf } from './event-item.ts';
import { countTwins, type TwinPorts } from './proven-duplicates.ts';
import { type Report, readAddress, readEvent } from './read-event.ts';
import { type Recorded, type TellPorts, tellOutcomes } from './tell-outcomes.ts';
import type { WakeRotation } from './wake-rotation.ts';

/** Everything the feedback stage asks of the world. */
export type FeedbackPorts = {
  readonly clock: Clock;
  readonly recipientSecret: string;
  readonly ledgerDays: number;
  /** Writes an event; false when it was known. */
  readonly putEvent: (item: EventItem) => Promise<boolean>;
  readonly putEvents: (items: readonly EventItem[]) => Promise<void>;
  readonly putSuppression: (entry: Suppression) => Promise<boolean>;
  readonly noteBlock: (block: {
    readonly recipientKey: string;
    readonly address: string;
    readonly at: EpochMs;
  }) => Promise<void>;
  /** Counts an event that is taken in, for its stream. */
  readonly count: (kind: string, stream: string) => void;
  readonly unknown: (what: string) => void;
  readonly failure: (error: unknown) => void;
} & TellPorts &
  TwinPorts &
  BookPorts & {
    /** Asks the reputation loop for a look; absent where there is none. */
    readonly wake?: WakeRotation;
  };

/**
 * Takes a batch of SES events into the ledger and the suppression list. Returns the SQS message ids
 * that must come again. Duplicates and disorder are harmless: an event is one item under its own key,
 * a suppression keeps its strongest fact, and the outcome is read from all events together.
 */
export async function feedback(
  records: readonly QueueRecord[],
  ports: FeedbackPorts,
): Promise<readonly string[]> {
  const failed = new Set<string>();
  const deliveries: Recorded[] = [];
  const booked: Booked[] = [];
  const recorded: Recorded[] = [];
  await Promise.all(
    records.map(async ({ queueMessageId, body }) => {
      try {
        const event = readEvent(body);
        if (event.kind === 'unknown') return ports.unknown(event.what);
        if (event.kind === 'canary') return ports.count(event.kind, streamOf(event, ports));
        if (event.kind === 'unreadable')
          throw new Error(`an SES event does not fit its schema: ${event.what}`);
        for (const report of event.reports) {
          const known = know(report, ports);
          const { item } = known;
          if (report.kind === 'delivery') deliveries.push({ queueMessageId, report, item });
          else {
            const failure = await take(known, ports);
            if (failure) booked.push({ queueMessageId, failure });
            recorded.push({ queueMessageId, report, item });
          }
        }
      } catch (error) {
        ports.failure(error);
        failed.add(queueMessageId);
      }
    }),
  );
  try {
    await ports.putEvents(deliveries.map(({ item }) => item));
    for (const { report } of deliveries) ports.count('delivery', streamOf(report, ports));
    recorded.push(...deliveries);
  } catch (error) {
    ports.failure(error);
    for (const { queueMessageId } of deliveries) failed.add(queueMessageId);
  }
  for (const queueMessageId of await wakeFor(booked, ports)) failed.add(queueMessageId);
  for (const queueMessageId of await countTwins(recorded, ports)) failed.add(queueMessageId);
  for (const queueMessageId of await tellOutcomes(recorded, ports)) failed.add(queueMessageId);
  return [...failed];
}

type Known = {
  readonly report: Report;
  readonly meaning: FeedbackMeaning;
  readonly item: EventItem;
  readonly recipient: { readonly address: Address; readonly key: string } | undefined;
};

function know(report: Report, ports: FeedbackPorts): Known {
  const meaning = judgeFeedback(report);
  const address = readAddress(report.address ?? '');
  const recipient = address
    ? { address, key: recipientKey(address, ports.recipientSecret) }
    : undefined;
  const ttl = ttlEpochSeconds(ports.clock(), ports.ledgerDays);
  const item = eventItemOf(report, meaning, { recipientKey: recipient?.key, ttl });
  return { report, meaning, item, recipient };
}

/** A failure that is in the evidence, and the queue message that brought it. */
type Booked = { readonly queueMessageId: string; readonly failure: NewFailure };

/**
 * Asks for a look at what failed, also at what was known: whoever booked it may have died before asking.
 * Returns the queue messages that must come again because nobody could be asked.
 */
async function wakeFor(
  booked: readonly Booked[],
  ports: FeedbackPorts,
): Promise<readonly string[]> {
  try {
    await ports.wake?.(booked.map(({ failure }) => failure));
    return [];
  } catch (error) {
    ports.failure(error);
    return booked.map(({ queueMessageId }) => queueMessageId);
  }
}

/**
 * Suppresses and books before it records: a crash between them repeats what is harmless to repeat, where
 * the other order could lose it.
 */
async function take(
  { report, meaning, item, recipient }: Known,
  ports: FeedbackPorts,
): Promise<NewFailure | undefined> {
  if (recipient && meaning.suppress) {
    const scope =
      meaning.suppress.scope === 'tenant' && report.tenant
        ? suppressionScope.tenant(report.tenant)
        : suppressionScope.global;
    await ports.putSuppression({
      recipientKey: recipient.key,
      scope,
      reason: meaning.suppress.reason,
      source: 'feedback',
      at: report.at,
      ...(report.message ? { messageId: report.message.messageId } : {}),
    });
  }
  if (recipient && meaning.block)
    await ports.noteBlock({
      recipientKey: recipient.key,
      address: recipient.address.address,
      at: epochMs(report.at),
    });
  const failure = await bookNews(report, meaning, ports);
  if (await ports.putEvent(item)) ports.count(report.kind, streamOf(report, ports));
  return failure;
}

/** Our tag says it, else the configuration set; CloudWatch takes no empty name where neither does. */
function streamOf(
  { stream, configurationSet = '' }: Pick<Report, 'stream' | 'configurationSet'>,
  { untagged }: Pick<FeedbackPorts, 'untagged'>,
): string {
  return stream ?? untagged.bySet.get(configurationSet)?.stream ?? 'unknown';
}
