import { expect, test } from 'vitest';
import { rich } from './support/configs.ts';
import { build, type Resource, text } from './support/template.ts';

/** What a deployment cannot make again: its loss, or a new logical id, would lose mail or memory. */
const statefulTypes: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SES::DedicatedIpPool': 'PoolName',
  'AWS::SES::EmailIdentity': 'EmailIdentity',
  'AWS::SQS::Queue': 'QueueName',
};

const built = await build(rich);

test('logical ids, names and fates of stateful resources change only on purpose', async () => {
  const lines = Object.entries(built.resources)
    .filter(([, { Type }]) => Type in statefulTypes)
    .map(([id, resource]) => line(id, resource))
    .sort();
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('stateful-resources.txt');
});

test.each(['suppression', 'directory'])(
  'the %s table is recoverable to any second, retained and protected from deletion',
  (table) => {
    const { Properties, DeletionPolicy } = built.named(
      'AWS::DynamoDB::GlobalTable',
      'TableName',
      `acme-mail-${table}`,
    );
    expect(DeletionPolicy).toBe('Retain');
    expect(Properties['Replicas']).toMatchObject([
      {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    ]);
  },
);

test('what may be forgotten is forgotten by its ttl, what must stay has none', () => {
  const forgetful = built
    .ofType('AWS::DynamoDB::GlobalTable')
    .filter(([, { Properties }]) => Properties['TimeToLiveSpecification'])
    .map(([, { Properties }]) => Properties['TableName']);
  expect(forgetful).toEqual(['acme-mail-suppression', 'acme-mail-ledger', 'acme-mail-evidence']);
});

test('every table is billed by use and keyed by the strings pk and sk', () => {
  for (const [, { Properties }] of built.ofType('AWS::DynamoDB::GlobalTable'))
    expect(Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
});

test('DNS records of a retained identity stay with it', () => {
  for (const [, { DeletionPolicy }] of built.ofType('AWS::Route53::RecordSet'))
    expect(DeletionPolicy).toBe('RetainExceptOnCreate');
});

test('offloaded content expires after the retention, held mail never does', () => {
  const [bucket] = built.ofType('AWS::S3::Bucket');
  expect(bucket?.[1].Properties['LifecycleConfiguration']).toEqual({
    Rules: [
      { Id: 'later', Prefix: 'later/', ExpirationInDays: 400, Status: 'Enabled' },
      { Id: 'attempts', Prefix: 'attempts/', ExpirationInDays: 1, Status: 'Enabled' },
      { Id: 'requests', Prefix: 'requests/', ExpirationInDays: 45, Status: 'Enabled' },
      { Id: 'attachments', Prefix: 'attachments/', ExpirationInDays: 45, Status: 'Enabled' },
      {
        Id: 'unfinished-uploads',
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        Status: 'Enabled',
      },
    ],
  });
});

function line(id: string, { Type, Properties, DeletionPolicy }: Resource): string {
  const name = text(Properties[statefulTypes[Type] ?? '']);
  return `${id} ${Type.replace('AWS::', '')} ${DeletionPolicy} ${name}`;
}
