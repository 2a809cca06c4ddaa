import type * as z from 'zod';
import type { JsonObject } from '../../../aws.ts';
import { refuse } from '../errors.ts';
import type { EventName } from '../events/event-names.ts';
import { publishEvent } from '../events/publishing.ts';
import type { Message } from '../sending/message.ts';
import { bodyOf, type LocalCall } from './local-call.ts';
import { engagement } from './local-schemas.ts';

type Engagement = z.infer<typeof engagement>;

const readerIp = '192.0.2.1';
const readerAgent =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 10_3_3 like Mac OS X) AppleWebKit/603.3.8 (KHTML, like Gecko)';

/** Publishes what a reader did: nothing opens or clicks mail by itself here. */
export function engage(call: LocalCall): object {
  const { context } = call;
  const done = bodyOf(engagement, call);
  const message =
    context.mailbox.get(done.messageId) ??
    refuse('BadRequestException', `no message ${done.messageId} is kept`);
  refuseUntracked(done, message);
  const { name, body } = eventOf(done, new Date(context.clock()).toISOString());
  publishEvent(context, message, { name, body });
  return { published: name };
}

function refuseUntracked({ event }: Engagement, message: Message): void {
  const off =
    (event === 'open' && !message.openTracking) || (event === 'click' && !message.clickTracking);
  if (off) refuse('BadRequestException', `${event} tracking is off for ${message.messageId}`);
}

function eventOf(done: Engagement, timestamp: string): { name: EventName; body: JsonObject } {
  switch (done.event) {
    case 'open':
      return {
        name: 'Open',
        body: { ipAddress: readerIp, timestamp, userAgent: readerAgent },
      };
    case 'click':
      return {
        name: 'Click',
        body: {
          ipAddress: readerIp,
          link: done.link,
          linkTags: done.linkTags ?? null,
          timestamp,
          userAgent: readerAgent,
        },
      };
    case 'subscription':
      return { name: 'Subscription', body: subscription(done, timestamp) };
  }
}

function subscription(
  done: Extract<Engagement, { event: 'subscription' }>,
  timestamp: string,
): JsonObject {
  const topics = (subscriptionStatus: string): JsonObject => ({
    unsubscribeAll: done.topic === undefined && subscriptionStatus === 'OptOut',
    topicSubscriptionStatus:
      done.topic === undefined ? [] : [{ topicName: done.topic, subscriptionStatus }],
  });
  return {
    contactList: done.contactList,
    timestamp,
    source: 'UnsubscribeHeader',
    newTopicPreferences: topics('OptOut'),
    oldTopicPreferences: topics('OptIn'),
  };
}
