import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { rich } from './support/configs.ts';
import { build, text } from './support/template.ts';

const built = await build(rich);

const policy = z.object({
  Statement: z.array(
    z.object({
      Effect: z.string(),
      Condition: z.exactOptional(
        z.object({ Bool: z.exactOptional(z.record(z.string(), z.string())) }),
      ),
    }),
  ),
});

test('every queue is encrypted, keeps messages for 14 days and takes 1 MiB', () => {
  for (const [, { Properties }] of built.ofType('AWS::SQS::Queue'))
    expect(Properties).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 3600,
      MaximumMessageSize: 1_048_576,
    });
});

test.each([
  ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'Queues'],
  ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'Topics'],
  ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'Bucket'],
])('every %s refuses calls without TLS', (type, policyType, property) => {
  const guarded = built
    .ofType(policyType)
    .filter(([, { Properties }]) => deniesWithoutTls(Properties['PolicyDocument']))
    .flatMap(([, { Properties }]) => [Properties[property]].flat().map(text));
  const all = built.ofType(type).map(([id]) => `<${id}>`);
  expect(all.length).toBeGreaterThan(0);
  expect(guarded.sort()).toEqual(all.sort());
});

test('every topic is encrypted with the one key that SES and CloudWatch may use', () => {
  const [key, ...others] = built.ofType('AWS::KMS::Key');
  expect(others).toEqual([]);
  expect(key?.[1].Properties).toMatchObject({
    EnableKeyRotation: true,
    KeyPolicy: {
      Statement: [
        { Action: 'kms:*' },
        {
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Principal: { Service: 'ses.amazonaws.com' },
        },
        {
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    },
  });
  // SES's own documentation names no condition; one that it does not meet would lose every event.
  expect(key?.[1].Properties).not.toHaveProperty('KeyPolicy.Statement[1].Condition');
  for (const [, { Properties }] of built.ofType('AWS::SNS::Topic'))
    expect(text(Properties['KmsMasterKeyId'])).toBe(`<${key?.[0]}.Arn>`);
});

test('SES may publish events of this deployment and CloudWatch its alarms, nobody else anything', () => {
  const allowed = built.ofType('AWS::SNS::TopicPolicy').flatMap(([, { Properties }]) =>
    JSON.stringify(Properties['PolicyDocument'])
      .match(/"Effect":"Allow","Principal":\{[^}]*\}/g)
      ?.map((found) => found.replace('"Effect":"Allow",', '')),
  );
  expect(allowed.sort()).toEqual([
    '"Principal":{"Service":"cloudwatch.amazonaws.com"}',
    '"Principal":{"Service":"ses.amazonaws.com"}',
    '"Principal":{"Service":"ses.amazonaws.com"}',
  ]);
});

test('the bucket is encrypted, private and without access lists', () => {
  built.template.hasResourceProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
      ],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    VersioningConfiguration: Match.absent(),
  });
});

test('the recipient key is 64 random characters and is never rotated', () => {
  built.template.hasResourceProperties('AWS::SecretsManager::Secret', {
    Name: 'acme-mail/recipient-key',
    GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
  });
  built.template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
});

function deniesWithoutTls(document: unknown): boolean {
  return policy
    .parse(document)
    .Statement.some(
      ({ Effect, Condition }) =>
        Effect === 'Deny' && Condition?.Bool?.['aws:SecureTransport'] === 'false',
    );
}
