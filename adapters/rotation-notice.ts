/** How people and programs hear of a decision. */
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { decisionEvent, decisionEventType } from '../contract/decision-record.ts';
import { outcomeEventSource } from '../contract/outcome-event.ts';
import type { Decision } from '../domain/rotation/model.ts';
import { busy } from './failure.ts';
import type { Bus } from './outcome-bus.ts';

/**
 * SNS's limit for a subject, characters of ASCII.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
const subjectMax = 100;

/** Far below SNS's 256 KB: nobody reads more at night. */
const textMax = 20_000;

/** Tells people, in plain words. At least once: what is done again is told again. */
export async function notify(
  { sns, topicArn }: { readonly sns: SNSClient; readonly topicArn: string },
  { subject, text }: { readonly subject: string; readonly text: string },
): Promise<void> {
  await sns.send(
    new PublishCommand({
      TopicArn: topicArn,
      Subject: subject.replace(/[^\x20-\x7e]/g, '?').slice(0, subjectMax),
      Message: text.slice(0, textMax),
    }),
  );
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
