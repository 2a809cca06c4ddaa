import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { plain, rich } from './support/configs.ts';
import { type Built, build, text } from './support/template.ts';

const small = await build(plain);
const large = await build(rich);

const targets = z.array(
  z.object({
    SqsParameters: z.exactOptional(z.unknown()),
    InputTransformer: z.exactOptional(z.object({ InputPathsMap: z.unknown() })),
  }),
);
const redrive = z.object({ deadLetterTargetArn: z.unknown(), maxReceiveCount: z.number() });

test('each stream has an intake queue, parked mail behind it and a dispatch function', () => {
  expect(queueNames(large).filter((name) => /intake|overflow|parked/.test(name))).toEqual(
    ['transactional', 'lifecycle', 'marketing'].flatMap((stream) => [
      `acme-mail-${stream}-parked`,
      `acme-mail-${stream}-intake`,
      `acme-mail-${stream}-overflow`,
    ]),
  );
  for (const stream of ['transactional', 'lifecycle', 'marketing'])
    large.template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: `acme-mail-dispatch-${stream}`,
      Timeout: 120,
      MemorySize: 512,
    });
});

test.each([
  ['transactional-intake', 'transactional-parked', 100, 720],
  ['feedback', 'feedback-dead', 20, 360],
  ['delivery', 'delivery-dead', 20, 360],
  ['rotation.fifo', 'rotation-dead.fifo', 5, 720],
])('what fails in %s is set aside in %s after %i deliveries', (name, dead, count, visibility) => {
  const { Properties } = small.named('AWS::SQS::Queue', 'QueueName', `goodstanding-${name}`);
  const policy = redrive.parse(Properties['RedrivePolicy']);
  expect(policy.maxReceiveCount).toBe(count);
  expect(queueName(small, policy.deadLetterTargetArn)).toBe(`goodstanding-${dead}`);
  expect(Properties['VisibilityTimeout']).toBe(visibility);
});

test('with many tenants a stream has an overflow queue like its intake, with a single one none', () => {
  const { Properties } = large.named(
    'AWS::SQS::Queue',
    'QueueName',
    'acme-mail-marketing-overflow',
  );
  const intake = large.named('AWS::SQS::Queue', 'QueueName', 'acme-mail-marketing-intake');
  expect({ ...Properties, QueueName: 'acme-mail-marketing-intake' }).toEqual(intake.Properties);
  expect(queueNames(small).filter((name) => name.includes('overflow'))).toEqual([]);
});

test('functions are fed in batches of which only the failed messages come back', () => {
  const mappings = large.ofType('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => ({
    queue: queueName(large, Properties['EventSourceArn']),
    batch: Properties['BatchSize'],
    window: Properties['MaximumBatchingWindowInSeconds'],
    concurrency: Properties['ScalingConfig'],
    failures: Properties['FunctionResponseTypes'],
  }));
  const failures = ['ReportBatchItemFailures'];
  const lane = (queue: string) => ({
    queue: `acme-mail-${queue}`,
    batch: 10,
    window: undefined,
    concurrency: { MaximumConcurrency: 20 },
    failures,
  });
  const two = { MaximumConcurrency: 2 };
  expect(mappings).toEqual([
    lane('transactional-intake'),
    lane('transactional-overflow'),
    lane('lifecycle-intake'),
    lane('lifecycle-overflow'),
    lane('marketing-intake'),
    lane('marketing-overflow'),
    { queue: 'acme-mail-feedback', batch: 10, window: undefined, concurrency: two, failures },
    { queue: 'acme-mail-delivery', batch: 100, window: 1, concurrency: two, failures },
    { queue: 'acme-mail-rotation.fifo', batch: 10, window: undefined, concurrency: two, failures },
  ]);
});

test('SES events reach their queue raw, and what SNS cannot hand over reaches its dead letters', () => {
  const subscriptions = small.ofType('AWS::SNS::Subscription').map(([, { Properties }]) => ({
    raw: Properties['RawMessageDelivery'],
    queue: queueName(small, Properties['Endpoint']),
    dead: queueName(small, redriveTarget(Properties['RedrivePolicy'])),
  }));
  expect(subscriptions).toEqual([
    { raw: true, queue: 'goodstanding-feedback', dead: 'goodstanding-feedback-dead' },
    { raw: true, queue: 'goodstanding-delivery', dead: 'goodstanding-delivery-dead' },
  ]);
});

test('a deployment that hears of no Delivery has no queue or topic for it', async () => {
  const { template } = await build({ ...plain, streams: { marketing: { pools: ['shared'] } } });
  template.resourceCountIs('AWS::SNS::Topic', 2);
  template.resourceCountIs('AWS::SQS::Queue', 7);
});

test('every function runs Node 24 on ARM, unreserved, with a log group of its own', () => {
  const functions = large.ofType('AWS::Lambda::Function');
  large.template.allResourcesProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    ReservedConcurrentExecutions: Match.absent(),
    TracingConfig: Match.absent(),
  });
  const groups = functions.map(([, { Properties }]) =>
    z
      .object({ LogGroup: z.unknown() })
      .transform(({ LogGroup }) => text(LogGroup))
      .parse(Properties['LoggingConfig']),
  );
  expect(new Set(groups).size).toBe(functions.length);
  large.template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  large.template.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
});

test('the schedule asks the reputation loop in one group, each time anew', () => {
  const rules = small.ofType('AWS::Events::Rule').flatMap(([, { Properties }]) => {
    const [target] = targets.parse(Properties['Targets']);
    return target?.SqsParameters ? [{ Properties, target }] : [];
  });
  expect(rules).toHaveLength(1);
  for (const { Properties, target } of rules) {
    expect(target.SqsParameters).toEqual({ MessageGroupId: 'rotation' });
    // Without the time a queue that drops repeated bodies would drop all but one in five minutes.
    expect(target.InputTransformer?.InputPathsMap).toMatchObject({ time: '$.time' });
    expect(Properties['ScheduleExpression']).toBe('rate(1 minute)');
  }
});

test('the queue of the reputation loop keeps order and drops what is said twice', () => {
  const { Properties } = small.named('AWS::SQS::Queue', 'QueueName', 'goodstanding-rotation.fifo');
  expect(Properties).toMatchObject({ FifoQueue: true, ContentBasedDeduplication: true });
});

test('account runs every minute, suppression every hour, neither is repeated', () => {
  for (const [rate, target] of [
    ['rate(1 minute)', 'SlowWorkAccount'],
    ['rate(1 hour)', 'SlowWorkSuppression'],
  ])
    small.template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: rate,
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^${target}`), 'Arn'] },
          RetryPolicy: { MaximumRetryAttempts: 0 },
        },
      ],
    });
});

test('what a person needs next is printed after a deploy', () => {
  expect(Object.keys(small.outputs)).toEqual([
    'TransactionalQueueUrl',
    'MarketingQueueUrl',
    'ExampleComDns',
    'SenderPolicyArn',
    'ContentBucketName',
    'EventBusName',
    'SuppressionTableName',
    'DirectoryTableName',
    'LedgerTableName',
    'EvidenceTableName',
    'AssignmentsTableName',
    'PacingTableName',
  ]);
});

function queueNames({ ofType }: Built): readonly string[] {
  return ofType('AWS::SQS::Queue').map(([, { Properties }]) => text(Properties['QueueName']));
}

function queueName({ resources }: Built, arn: unknown): string {
  const id = text(arn).replace(/^<(.*)\.Arn>$/, '$1');
  return text(resources[id]?.Properties['QueueName'] ?? `no queue ${id}`);
}

function redriveTarget(policy: unknown): unknown {
  return z.object({ deadLetterTargetArn: z.unknown() }).parse(policy).deadLetterTargetArn;
}
