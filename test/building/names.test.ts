import { expect, test } from 'vitest';
import { plain, rich } from './support/configs.ts';
import { type Built, build, text } from './support/template.ts';

/** Properties that name a thing in an account; two deployments must never share one. */
const nameProperties: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::CompositeAlarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SES::ConfigurationSet': 'Name',
  'AWS::SES::DedicatedIpPool': 'PoolName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SecretsManager::Secret': 'Name',
};

/** Types that carry no name of their own, or one that CloudFormation makes from the stack's. */
const unnamed = [
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Key',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Permission',
  'AWS::Route53::RecordSet',
  'AWS::S3::BucketPolicy',
  'AWS::SES::ConfigurationSetEventDestination',
  'AWS::SES::EmailIdentity',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'Custom::DirectorySeed',
];

const built = await build(rich);

test('every type of resource either has a name we chose or needs none', () => {
  const types = new Set(Object.values(built.resources).map(({ Type }) => Type));
  const known = new Set([...Object.keys(nameProperties), ...unnamed]);
  expect([...types].filter((type) => !known.has(type))).toEqual([]);
});

test('every physical name begins with the deployment', () => {
  for (const name of physicalNames(built)) expect(name).toMatch(/^\S+ \/?acme-mail[-/]/);
});

test('two deployments in one account share no physical name', async () => {
  const [one, other] = await Promise.all([
    build({ ...plain, deployment: 'one' }),
    build({ ...plain, deployment: 'other' }),
  ]);
  const names = [...physicalNames(one), ...physicalNames(other)];
  expect(new Set(names).size).toBe(names.length);
});

/** The type stands before the name, since a queue and a topic may share one. */
function physicalNames({ resources }: Built): readonly string[] {
  return Object.values(resources).flatMap(({ Type, Properties }) => {
    const property = nameProperties[Type];
    return property ? [`${Type} ${text(Properties[property])}`] : [];
  });
}
