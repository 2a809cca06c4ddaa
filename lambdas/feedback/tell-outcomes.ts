import type { EventItem } from '../../contract/items.ts';
import { type OutcomeEvent, outcomeEventId } from '../../contract/outcome-event.ts';
import type { Report } from './read-event.ts';

/** One event that is in the ledger, and the queue message that brought it. */
export type Recorded = {
  readonly queueMessageId: string;
  readonly report: Report;
  readonly item: EventItem;
};

/** What telling asks of the world. */
export type TellPorts = {
  /** Streams whose outcomes are told. */
  readonly outcomeStreams: readonly string[];
  /** Returns the apps' ids by message id. */
  readonly readRequestIds: (messageIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Publishes outcomes; returns those that the bus did not take. */
  readonly publishOutcomes: (events: readonly OutcomeEvent[]) => Promise<ReadonlySet<OutcomeEvent>>;
  readonly failure: (error: unknown) => void;
};

/**
 * Publishes the outcomes that recorded events stand for, of the streams that want it. It comes after the
 * record and also for an event that was known, because whoever recorded it may have died before telling:
 * an app may hear of the same event twice, under the same id. Returns the queue messages that must come
 * again because the bus did not take theirs.
 */
export async function tellOutcomes(
  recorded: readonly Recorded[],
  ports: TellPorts,
): Promise<readonly string[]> {
  const told = recorded.filter(
    ({ report, item }) =>
      item.outcome !== undefined &&
      report.message !== undefined &&
      report.stream !== undefined &&
      ports.outcomeStreams.includes(report.stream),
  );
  if (told.length === 0) return [];
  try {
    const ids = await ports.readRequestIds(told.map(({ item }) => item.pk));
    const events = told.flatMap((one) => {
      const event = eventOf(one, ids.get(one.item.pk));
      return event ? [{ event, queueMessageId: one.queueMessageId }] : [];
    });
    const left = await ports.publishOutcomes(events.map(({ event }) => event));
    if (left.size > 0)
      ports.failure(new Error(`the event bus refused ${left.size} outcomes; retry later`));
    return events.flatMap(({ event, queueMessageId }) => (left.has(event) ? [queueMessageId] : []));
  } catch (error) {
    ports.failure(error);
    return told.map(({ queueMessageId }) => queueMessageId);
  }
}

function eventOf({ report, item }: Recorded, id: string | undefined): OutcomeEvent | undefined {
  const { tenant, stream } = report;
  const { pk: messageId, recipientIndex, outcome, reason, at, sesMessageId } = item;
  if (outcome === undefined || stream === undefined) return undefined;
  const { type, status, diagnostic } = item;
  return {
    version: 1,
    eventId: outcomeEventId({ messageId, recipientIndex }, outcome, report.digest),
    outcome,
    ...(reason === undefined ? {} : { reason }),
    at: new Date(at).toISOString(),
    stream,
    ...(tenant === undefined ? {} : { tenant }),
    ...(id === undefined ? {} : { id }),
    messageId,
    recipientIndex,
    sesMessageId,
    ...(type === undefined ? {} : { type }),
    ...(status === undefined ? {} : { status }),
    ...(diagnostic === undefined ? {} : { diagnostic }),
  };
}
