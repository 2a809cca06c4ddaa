import type { AwsRequest, AwsResponse, Emulator } from '../../aws.ts';
import type { Measure } from '../cloudwatch/metric.ts';
import { askApp, type InProcessApp } from './in-process-app.ts';
import type { MessageStores } from './message-stores.ts';
import { isConfirmed, type Notices, type Published, textFor } from './notices.ts';
import { measureTopic } from './topic-metrics.ts';

export type SnsOptions = {
  readonly app: InProcessApp;
  readonly store: MessageStores['snsStore'];
  readonly notices: Notices;
  readonly measure: Measure;
};

type Adaptation = (form: URLSearchParams, answer: AwsResponse, options: SnsOptions) => AwsResponse;

/**
 * Returns SNS in its Query protocol: fauxqs, with a text for each protocol, with subscriptions that
 * wait for their confirmation, and with everything that is published kept for the laptop's owner.
 */
export function createSns(options: SnsOptions): Emulator {
  return async (request) => {
    const form = new URLSearchParams(request.body.toString());
    const action = form.get('Action') ?? '';
    const answer = await askApp(options.app, forQueues(request, form));
    const adapt = adaptations[action];
    return adapt === undefined || answer.status !== 200 ? answer : adapt(form, answer, options);
  };
}

/** fauxqs delivers to queues only and knows one text, which is therefore made the queues'. */
function forQueues(request: AwsRequest, form: URLSearchParams): AwsRequest {
  const published = publishedOf(form, '');
  if (published.structure !== 'json') return request;
  const own = new URLSearchParams(form);
  own.set('Message', textFor('sqs', published));
  return { ...request, body: Buffer.from(own.toString()) };
}

const adaptations: Readonly<Record<string, Adaptation>> = {
  Publish: (form, answer, options) => {
    keep([publishedOf(form, '')], options);
    return answer;
  },
  PublishBatch: (form, answer, options) => {
    const ids = [...form.keys()].filter((key) => /^PublishBatchRequestEntries.*\.Id$/.test(key));
    keep(
      ids.map((key) => publishedOf(form, key.slice(0, -'Id'.length))),
      options,
    );
    return answer;
  },
  Subscribe: (form, answer, { store }) => {
    const isAsked = form.get('ReturnSubscriptionArn') === 'true';
    return isAsked ? answer : maskPending(answer, store, 'pending confirmation');
  },
  ListSubscriptions: (_form, answer, { store }) =>
    maskPending(answer, store, 'PendingConfirmation'),
  ListSubscriptionsByTopic: (_form, answer, { store }) =>
    maskPending(answer, store, 'PendingConfirmation'),
};

function publishedOf(form: URLSearchParams, prefix: string): Published {
  return {
    topicArn: form.get('TopicArn') ?? form.get('TargetArn') ?? '',
    message: form.get(`${prefix}Message`) ?? '',
    subject: form.get(`${prefix}Subject`) ?? undefined,
    structure: form.get(`${prefix}MessageStructure`) ?? undefined,
  };
}

function keep(published: readonly Published[], { notices, measure }: SnsOptions): void {
  for (const one of published) notices.add(one);
  const topicArn = published[0]?.topicArn;
  if (topicArn !== undefined) measureTopic(measure, topicArn).published(published.length);
}

/** An unconfirmed subscription has no ARN yet; fauxqs shows the one that it is going to have. */
function maskPending(answer: AwsResponse, store: SnsOptions['store'], word: string): AwsResponse {
  let xml = (answer.body ?? '').toString();
  for (const subscription of store.subscriptions.values()) {
    if (isConfirmed(subscription)) continue;
    xml = xml.replaceAll(`<SubscriptionArn>${subscription.arn}<`, `<SubscriptionArn>${word}<`);
  }
  const { 'content-length': _old, ...headers } = answer.headers ?? {};
  return { ...answer, headers, body: xml };
}
