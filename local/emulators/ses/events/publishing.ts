import type { JsonObject } from '../../../aws.ts';
import type { SesContext } from '../context.ts';
import type { Message } from '../sending/message.ts';
import { type EventName, eventNames } from './event-names.ts';
import { mailObject } from './mail-object.ts';

/** Takes PutEvents entries for the default bus. */
export type PutEvents = (entries: readonly JsonObject[]) => void;

/** An event of a message, as whoever counts them is told, asked for by a destination or not. */
export type OnEvent = (event: {
  readonly name: EventName;
  readonly configurationSetName: string | undefined;
  readonly body: JsonObject;
}) => void;

type SesEvent = {
  readonly name: EventName;
  readonly body: JsonObject;
  readonly outgoingIp?: string;
};

/** Sends one event to every enabled destination of the message's set that asks for its type. */
export function publishEvent(context: SesContext, message: Message, event: SesEvent): void {
  context.onEvent({ configurationSetName: message.configurationSetName, ...event });
  const set = context.configurationSets.get(message.configurationSetName ?? '');
  if (set === undefined || set.destinations.size === 0) return;
  const { api, body: bodyName } = eventNames[event.name];
  let json: JsonObject | undefined;
  let text: string | undefined;
  for (const { enabled, types, definition, name } of set.destinations.values()) {
    if (!enabled || !types.includes(api)) continue;
    json ??= eventJson(context, message, event, bodyName);
    if (definition.SnsDestination !== undefined) {
      text ??= JSON.stringify(json);
      context.schedule.enqueue(definition.SnsDestination.TopicArn, text);
    } else if (definition.EventBridgeDestination !== undefined && context.putEvents !== undefined) {
      context.putEvents([entry(message, event, json)]);
    } else {
      const sink = Object.keys(definition).find((key) => key.endsWith('Destination'));
      context.notes.add(`event destination ${name} of ${set.name}: ${sink} is not emulated`);
    }
  }
}

function eventJson(
  context: SesContext,
  message: Message,
  event: SesEvent,
  bodyName: string,
): JsonObject {
  const view = {
    event: event.name,
    accountId: context.place.accountId,
    ...(event.outgoingIp === undefined ? {} : { outgoingIp: event.outgoingIp }),
  };
  return { eventType: event.name, mail: mailObject(message, view), [bodyName]: event.body };
}

// In the shape of a PutEvents entry; the time is the send's, as SES stamps it.
function entry(message: Message, event: SesEvent, detail: JsonObject): JsonObject {
  return {
    Source: 'aws.ses',
    DetailType: eventNames[event.name].detail,
    Resources: [message.sourceArn],
    Detail: JSON.stringify(detail),
    Time: Math.floor(message.atMs / 1000),
    EventBusName: 'default',
  };
}
