/** Alarms on what the stages themselves count while they work. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { metrics } from '../contract/metrics.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { parkReasons } from '../domain/reasons.ts';
import { type AlarmRow, ownMetric } from './alarm-row.ts';
import type { SendPath } from './send-path.ts';

/** Failures of tables, buckets and queues in five minutes that are more than a bad moment of AWS. */
const storeFailuresMax = 20;

/** A canary goes out every quarter of an hour: a data point as long holds one, or follows one. */
const newsPeriod = Duration.minutes(15);

/**
 * Accepted mails in a quarter of an hour of which some news must come. With Delivery events twenty mails to
 * slow providers may all still be on their way, once; with a canary one mail is enough, because it follows.
 * With neither only failures are heard of: 5,000 mails twice in a row stay silent once in 22,000 times on the
 * cleanest lists (one bounce in a thousand), which is what the loop's own silence rests on.
 */
const mailsOfNews = { delivery: 20, canary: 1, failuresAlone: 5_000 } as const;

/** Returns the alarms about failures that no single mail is at fault for. */
export function storeAlarms(deployment: string): readonly AlarmRow[] {
  const dimensions = { Deployment: deployment };
  return [
    {
      kind: 'pipeline-broken',
      about: 'store.broken',
      text: 'Mail or news waits because of a failure of ours that does not pass by itself: a table, bucket, queue or permission is not as it must be. Read dispatch.broken and feedback.broken in the logs and deploy again, or mend what they name. Everything goes on by itself then.',
      metric: ownMetric(metrics.broken, dimensions, Stats.SUM),
      threshold: 1,
      periods: 1,
    },
    {
      kind: 'pipeline-broken',
      about: 'store.failing',
      text: `Calls to the suppression list, the ledger or another table, bucket or queue fail again and again (${storeFailuresMax} in five minutes, twice): mail and news wait and are tried again. Read dispatch.failed and feedback.failed in the logs, and AWS's health page.`,
      metric: ownMetric(metrics.storeFailures, dimensions, Stats.SUM),
      threshold: storeFailuresMax,
      periods: 2,
    },
  ];
}

/** Returns an alarm for each reason to park mail, with that reason's remedy. */
export function parkedAlarms(deployment: string): readonly AlarmRow[] {
  return Object.entries(parkReasons).map(([reason, remedy]) => ({
    kind: 'mail-parked',
    about: `reason.${reason}`,
    text: `Mail is parked: ${remedy}. See it with: npx goodstanding dlq list`,
    metric: ownMetric(metrics.parked, { Deployment: deployment, Reason: reason }, Stats.SUM),
    threshold: 1,
    periods: 1,
  }));
}

/** Returns the alarm about mail that waits for room in a pool. */
export function roomAlarm(deployment: string): AlarmRow {
  return {
    kind: 'no-warm-capacity',
    about: 'mail.waits',
    text: 'Mail waits because its pools may send no more to a mailbox provider for now. Compare the volume with the caps (npx goodstanding pools list), and give the stream another warm pool or a failover.',
    metric: ownMetric(metrics.noRoom, { Deployment: deployment }, Stats.SUM),
    threshold: 1,
    periods: 1,
  };
}

/** Returns the alarm about a stream whose mail leaves and of which SES says nothing, twice in a row. */
export function silenceAlarm(config: PipelineConfig, { stream }: SendPath): AlarmRow {
  const mails = mailsOfNews[newsOf(config, stream)];
  const of = { Deployment: config.deployment, Stream: stream };
  const metricOf = (name: string) => ownMetric(name, of, Stats.SUM).with({ period: newsPeriod });
  return {
    kind: 'feedback-silent',
    about: stream,
    text: `SES took mail of the ${stream} stream for half an hour, and no event of any kind came back. Look at the event destinations of its configuration sets, the topics and their key, the feedback queues and the feedback function: bounces and complaints may be lost. If the log of the account function says account.canary-failed, only the canary does not leave: verify the identity that it names.`,
    metric: new MathExpression({
      expression: `IF(FILL(accepted, 0) >= ${mails} AND FILL(news, 0) == 0, 1, 0)`,
      usingMetrics: { accepted: metricOf(metrics.accepted), news: metricOf(metrics.news) },
      label: 'mail without news',
      period: newsPeriod,
    }),
    threshold: 1,
    periods: 2,
  };
}

function newsOf(config: PipelineConfig, stream: string): keyof typeof mailsOfNews {
  if (config.streams[stream]?.deliveryEvents) return 'delivery';
  return config.canary ? 'canary' : 'failuresAlone';
}
