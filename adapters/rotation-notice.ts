/** How people and programs hear of a decision. */
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { decisionEvent, decisionEventType } from '../contract/decision-record.ts';
import { outcomeEventSource } from '../contract/outcome-event.ts';
import type { Decision } from '../domain/rotation/model.ts';
import { busy } from './failure.ts';
import type { Bus } from './outcome-bus.ts';
import { type PeopleTopic, tellPeople } from './people-notice.ts';

/** Tells people, in plain words. At least once: what is done again is told again. */
export async function notify(
  topic: PeopleTopic,
  { subject, text }: { readonly subject: string; readonly text: string },
): Promise<void> {
  await tellPeople(topic, { subject, text });
}

/**
 * Publishes a decision on the deployment's event bus, at least once; the same decision has the same id.
 * @throws `Busy` when EventBridge takes it not
 */
export async function publishDecision({ events, name }: Bus, decision: Decision): Promise<void> {
  const { Entries = [] } = await events.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: name,
          Source: outcomeEventSource,
          DetailType: decisionEventType,
          Detail: JSON.stringify(decisionEvent(decision)),
        },
      ],
    }),
  );
  if (Entries[0]?.EventId === undefined)
    throw busy(`event bus ${name} refused the decision ${decision.id}; it is told again`);
}
