import type { Json } from '../../aws.ts';
import { isObject, parseJson, stringAt } from '../../json-access.ts';
import type { MessageStores } from './message-stores.ts';
import { ownQueuePrefix } from './topic-to-function.ts';

/** What a subscriber would have got. */
type Delivery = {
  readonly protocol: string;
  readonly endpoint: string;
  /** SNS tells nothing to who has not confirmed. */
  readonly isConfirmed: boolean;
  readonly message: string;
};

/** One message as it was published to a topic. */
export type Notice = {
  readonly sequence: number;
  readonly at: string;
  readonly topicArn: string;
  readonly subject: string | null;
  readonly message: string;
  readonly deliveries: readonly Delivery[];
};

/** A message as publishers hand it over. */
export type Published = {
  readonly topicArn: string;
  readonly message: string;
  readonly subject: string | undefined;
  /** `json`: the message is an object with one text for each protocol. */
  readonly structure: string | undefined;
};

const noticesMax = 1_000;

/** Protocols whose subscriber must confirm before SNS tells him anything. */
const confirmedProtocols: readonly string[] = ['email', 'email-json', 'http', 'https'];

/** Returns whether SNS tells a subscriber what is published. */
export function isConfirmed(subscription: {
  readonly protocol: string;
  readonly confirmed: boolean;
}): boolean {
  return subscription.confirmed || !confirmedProtocols.includes(subscription.protocol);
}

/** Returns who is subscribed; a function is known by the logical id of its subscription. */
export function subscriberOf({ protocol, endpoint }: Pick<Delivery, 'protocol' | 'endpoint'>) {
  const [, subscriptionId] = endpoint.split(ownQueuePrefix);
  return subscriptionId === undefined
    ? { protocol, endpoint }
    : { protocol: 'lambda', endpoint: subscriptionId };
}

/** Returns the text that a protocol's subscribers get. */
export function textFor(protocol: string, { message, structure }: Published): string {
  if (structure !== 'json') return message;
  const texts = parseJson(message);
  if (!isObject(texts)) return message;
  return stringAt(texts, protocol) ?? stringAt(texts, 'default') ?? message;
}

/** Keeps the last 1,000 messages that people or programs published, with what each subscriber gets. */
export function createNotices(store: MessageStores['snsStore']) {
  const notices: Notice[] = [];
  let sequence = 0;
  return {
    add: (published: Published): void => {
      const { topicArn, subject } = published;
      sequence += 1;
      notices.push({
        sequence,
        at: new Date().toISOString(),
        topicArn,
        subject: subject ?? null,
        message: textFor('default', published),
        deliveries: deliveriesOf(published, store),
      });
      if (notices.length >= noticesMax * 1.1) notices.splice(0, notices.length - noticesMax);
    },
    /** Those after a sequence number, oldest first. */
    since: (after: number): Json => ({
      last: sequence,
      notifications: notices.slice(-noticesMax).filter((one) => one.sequence > after),
    }),
  };
}

export type Notices = ReturnType<typeof createNotices>;

function deliveriesOf(published: Published, store: MessageStores['snsStore']): readonly Delivery[] {
  const arns = store.getTopic(published.topicArn)?.subscriptionArns ?? [];
  return arns.flatMap((arn) => {
    const subscription = store.getSubscription(arn);
    if (subscription === undefined) return [];
    const subscriber = subscriberOf(subscription);
    const message = textFor(subscriber.protocol, published);
    return [{ ...subscriber, isConfirmed: isConfirmed(subscription), message }];
  });
}
