import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

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

const eventsPerCall = 10;

/**
 * Publishes rejections on the deployment's event bus, at least once.
 * @throws when EventBridge takes one not; the batch is then delivered again
 */
export async function publishRejected(
  bus: { readonly events: EventBridgeClient; readonly name: string },
  rejected: readonly RejectedEvent[],
): Promise<void> {
  for (let from = 0; from < rejected.length; from += eventsPerCall) {
    const { FailedEntryCount } = await bus.events.send(
      new PutEventsCommand({
        Entries: rejected.slice(from, from + eventsPerCall).map((detail) => ({
          EventBusName: bus.name,
          Source: 'goodstanding',
          DetailType: 'Send Request Rejected',
          Detail: JSON.stringify(detail),
        })),
      }),
    );
    if (FailedEntryCount)
      throw new Error(`event bus ${bus.name} refused ${FailedEntryCount} events; retry later`);
  }
}
