/** The day on which the list was last compared with its sources. */
export const pricesAsOf = '2026-11-21';

type Price = {
  /** USD for each unit. */
  readonly usd: number;
  readonly unit: string;
  /** Where AWS states it; us-east-1, on demand, before free allowances. */
  readonly source: string;
};

/** USD a million, as AWS lists most of these. */
const million = (usd: number) => usd / 1e6;

const sqs = 'https://aws.amazon.com/sqs/pricing/';
const sns = 'https://aws.amazon.com/sns/pricing/';
const lambda = 'https://aws.amazon.com/lambda/pricing/';
const dynamo = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const s3 = 'https://aws.amazon.com/s3/pricing/';
const cloudwatch = 'https://aws.amazon.com/cloudwatch/pricing/';
const keys = 'https://aws.amazon.com/kms/pricing/';
const secrets = 'https://aws.amazon.com/secrets-manager/pricing/';
const events = 'https://aws.amazon.com/eventbridge/pricing/';

/** List prices of us-east-1 in USD; SES itself is not among them. */
export const prices = {
  queueRequest: { usd: million(0.4), unit: 'SQS request of up to 64 KB', source: sqs },
  // Whether AWS bills the send from a topic to a queue is not documented; here it is.
  topicToQueue: { usd: million(0.4), unit: 'message from SNS to SQS, up to 64 KB', source: sqs },
  topicPublish: { usd: million(0.5), unit: 'message to SNS, up to 64 KB', source: sns },
  lambdaRequest: { usd: million(0.2), unit: 'Lambda request', source: lambda },
  lambdaGbSecond: { usd: 0.0000133334, unit: 'GB-second on arm64', source: lambda },
  writeUnit: { usd: million(0.625), unit: 'DynamoDB write request unit', source: dynamo },
  readUnit: { usd: million(0.125), unit: 'DynamoDB read request unit', source: dynamo },
  objectPut: { usd: million(5), unit: 'S3 PUT, COPY, POST or LIST', source: s3 },
  objectGet: { usd: million(0.4), unit: 'S3 GET or HEAD', source: s3 },
  busEvent: { usd: million(1), unit: 'own event on EventBridge, up to 64 KB', source: events },
  logGigabyte: { usd: 0.5, unit: 'GB of logs taken in', source: cloudwatch },
  alarmMetricMonth: { usd: 0.1, unit: 'metric of an alarm, month', source: cloudwatch },
  compositeAlarmMonth: { usd: 0.5, unit: 'composite alarm, month', source: cloudwatch },
  dashboardMonth: { usd: 3, unit: 'dashboard, month', source: cloudwatch },
  customMetricMonth: { usd: 0.3, unit: 'custom metric, month', source: cloudwatch },
  keyMonth: { usd: 1, unit: 'KMS key, month', source: keys },
  keyRequest: { usd: million(3), unit: 'KMS request', source: keys },
  secretMonth: { usd: 0.4, unit: 'secret, month', source: secrets },
  secretRequest: { usd: million(5), unit: 'Secrets Manager request', source: secrets },
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof prices;

/** Receives that five pollers make of a queue in which nothing is, in a month: three a minute each. */
export const idleReceivesPerMonth = 5 * 3 * 60 * 24 * 30;
