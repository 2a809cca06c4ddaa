import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import {
  type OutcomeEvent,
  outcomeEventId,
  outcomeEventSource,
  outcomeEventTypes,
} from '../contract/outcome-event.ts';
import { busy } from './failure.ts';

/** What an app is told about a request or recipient that will not be sent. */
export type RejectedEvent = {
  readonly stream: string;
  readonly messageId: string;
  readonly queueMessageId: string;
  readonly tenant?: string;
  readonly id?: string;
  readonly recipientIndex?: number;
  readonly reason: string;
  readonly detail: string;
};

/** The deployment's event bus as its adapters see it. */
export type Bus = { readonly events: EventBridgeClient; readonly name: string };

const eventsPerCall = 10;
const putAttempts = 4;
const firstPauseMs = 50;

/**
 * Publishes rejections on the deployment's event bus, at least once; each carries what every outcome
 * event does. `now` is when they were refused, epoch milliseconds.
 * @throws `Busy` when EventBridge takes one not; the batch is then delivered again
 */
export async function publishRejected(
  bus: Bus,
  rejected: readonly RejectedEvent[],
  now: number,
): Promise<void> {
  const events = rejected.map(
    (event): OutcomeEvent => ({
      version: 1,
      eventId: outcomeEventId(event, 'rejected', event.queueMessageId),
      outcome: 'rejected',
      at: new Date(now).toISOString(),
      ...event,
    }),
  );
  const left = await putEvents(bus, outcomeEventTypes.rejected, events);
  if (left.size > 0) throw busy(`event bus ${bus.name} refused ${left.size} events; retry later`);
}

/**
 * Publishes outcomes on the deployment's event bus, at least once. Returns those that EventBridge did not
 * take, so that only what they came from is done again.
 */
export function publishOutcomes(
  bus: Bus,
  events: readonly OutcomeEvent[],
): Promise<ReadonlySet<OutcomeEvent>> {
  return putEvents(bus, outcomeEventTypes.outcome, events);
}

/** EventBridge takes or refuses each entry by itself; refused ones are put again a few times. */
async function putEvents(
  { events: client, name }: Bus,
  detailType: string,
  events: readonly OutcomeEvent[],
): Promise<ReadonlySet<OutcomeEvent>> {
  const left = new Set<OutcomeEvent>();
  for (let from = 0; from < events.length; from += eventsPerCall) {
    let rest = events.slice(from, from + eventsPerCall);
    for (let attempt = 0; rest.length > 0 && attempt < putAttempts; attempt += 1) {
      if (attempt > 0)
        await new Promise((resolve) => setTimeout(resolve, firstPauseMs * 2 ** attempt));
      const { Entries = [] } = await client.send(
        new PutEventsCommand({ Entries: rest.map((event) => entryOf(event, detailType, name)) }),
      );
      rest = rest.filter((_, position) => Entries[position]?.EventId === undefined);
    }
    for (const event of rest) left.add(event);
  }
  return left;
}

function entryOf(event: OutcomeEvent, DetailType: string, bus: string): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: outcomeEventSource,
    DetailType,
    Detail: JSON.stringify(event),
  };
}
