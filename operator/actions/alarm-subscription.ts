import { accountOfQueueUrl, readQueueUrl } from '../../adapters/intake.ts';
import { readSubscriptions, type Subscription } from '../../adapters/topic-subscriptions.ts';
import type { Backend } from './backend.ts';

/** Whether anybody hears of an alarm. */
export type SubscriptionState = {
  readonly topicArn: string;
  readonly subscriptions: readonly Subscription[];
  /** What is wrong and what to do, in a sentence; absent while somebody hears of alarms and nobody is asked in vain. */
  readonly problem?: string;
};

/** Returns who is told of alarms, and what is wrong with that: one call to SNS, one to SQS for the account's id. */
export async function subscriptionState({
  sns,
  sqs,
  names,
}: Pick<Backend, 'sns' | 'sqs' | 'names'>): Promise<SubscriptionState> {
  const account = accountOfQueueUrl(await readQueueUrl(sqs, names.feedbackQueue));
  const region = await sns.config.region();
  const topicArn = `arn:${partitionOf(region)}:sns:${region}:${account}:${names.alarmTopic}`;
  const subscriptions = await readSubscriptions(sns, topicArn);
  const problem = problemOf(subscriptions);
  return { topicArn, subscriptions, ...(problem === undefined ? {} : { problem }) };
}

function problemOf(subscriptions: readonly Subscription[]): string | undefined {
  if (subscriptions.length === 0)
    return 'nobody is told of alarms: set alarmEmail in goodstanding.config.ts and deploy, or subscribe to the alarm topic';
  const pending = subscriptions.filter(({ state }) => state === 'pending');
  if (pending.length === 0) return undefined;
  const whose = pending.map(({ protocol, endpoint }) => `${protocol} ${endpoint}`).join(', ');
  const nobody = pending.length === subscriptions.length ? '; until then nobody is told' : '';
  return `an alarm subscription is not confirmed (${whose}): follow the link in the mail from AWS${nobody}`;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
