import type { Measure, Metric } from '../cloudwatch/metric.ts';

/**
 * Returns what counts the messages of a topic: those published, and those that a subscriber could not
 * be given.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
 */
export function measureTopic(measure: Measure, topicArn: string) {
  const TopicName = topicArn.slice(topicArn.lastIndexOf(':') + 1);
  const count = (name: string, times: number): void => {
    const metric: Metric = { namespace: 'AWS/SNS', name, dimensions: { TopicName } };
    if (times > 0) measure({ metric, values: [1], counts: [times] });
  };
  return {
    published: (times: number): void => count('NumberOfMessagesPublished', times),
    failed: (times: number): void => count('NumberOfNotificationsFailed', times),
  };
}
