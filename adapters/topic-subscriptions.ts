import { ListSubscriptionsByTopicCommand, type SNSClient } from '@aws-sdk/client-sns';
import { withoutAddresses } from './without-addresses.ts';

/** Who is subscribed to a topic; the address without what stands before its @. */
export type Subscription = {
  readonly protocol: string;
  readonly endpoint: string;
  /** `pending`: SNS has asked, and tells nothing until somebody follows the link in its mail. */
  readonly state: 'confirmed' | 'pending';
};

/** Pages that are read, a hundred subscriptions each; a person reads of no more. */
const pagesMax = 5;

/**
 * Returns who is subscribed to a topic.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
 */
export async function readSubscriptions(
  sns: SNSClient,
  topicArn: string,
): Promise<readonly Subscription[]> {
  const found: Subscription[] = [];
  let token: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const { Subscriptions = [], NextToken } = await sns.send(
      new ListSubscriptionsByTopicCommand({
        TopicArn: topicArn,
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    for (const { Protocol = '', Endpoint = '', SubscriptionArn = '' } of Subscriptions)
      found.push({
        protocol: Protocol,
        endpoint: withoutAddresses(Endpoint),
        state: SubscriptionArn.startsWith('arn:') ? 'confirmed' : 'pending',
      });
    if (!NextToken) break;
    token = NextToken;
  }
  return found;
}
