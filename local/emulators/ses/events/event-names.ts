import type { EventType } from '@aws-sdk/client-sesv2';

/**
 * The three spellings of each event type, the member that carries its body, and its EventBridge
 * detail type. The key is what `eventType` says in JSON; mind the space in `Rendering Failure`.
 * @see https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 */
export const eventNames = {
  Send: { api: 'SEND', cfn: 'send', body: 'send', detail: 'Email Sent' },
  Delivery: { api: 'DELIVERY', cfn: 'delivery', body: 'delivery', detail: 'Email Delivered' },
  Bounce: { api: 'BOUNCE', cfn: 'bounce', body: 'bounce', detail: 'Email Bounced' },
  Complaint: {
    api: 'COMPLAINT',
    cfn: 'complaint',
    body: 'complaint',
    detail: 'Email Complaint Received',
  },
  Reject: { api: 'REJECT', cfn: 'reject', body: 'reject', detail: 'Email Rejected' },
  'Rendering Failure': {
    api: 'RENDERING_FAILURE',
    cfn: 'renderingFailure',
    body: 'failure',
    detail: 'Email Rendering Failed',
  },
  DeliveryDelay: {
    api: 'DELIVERY_DELAY',
    cfn: 'deliveryDelay',
    body: 'deliveryDelay',
    detail: 'Email Delivery Delayed',
  },
  Open: { api: 'OPEN', cfn: 'open', body: 'open', detail: 'Email Opened' },
  Click: { api: 'CLICK', cfn: 'click', body: 'click', detail: 'Email Clicked' },
  Subscription: {
    api: 'SUBSCRIPTION',
    cfn: 'subscription',
    body: 'subscription',
    detail: 'Email Subscribed',
  },
} as const satisfies Readonly<
  Record<string, { api: EventType; cfn: string; body: string; detail: string }>
>;

/** What `eventType` can say. */
export type EventName = keyof typeof eventNames;

const byCfnName: ReadonlyMap<string, EventType> = new Map(
  Object.values(eventNames).map(({ api, cfn }) => [cfn, api]),
);

/** The API spelling of a CloudFormation event type, or the name itself when it is none. */
export function apiEventType(cfnName: string): string {
  return byCfnName.get(cfnName) ?? cfnName;
}
