import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { rich } from './support/configs.ts';
import { permissionsOf } from './support/permissions.ts';
import { build } from './support/template.ts';

const built = await build(rich);
const streams = ['transactional', 'lifecycle', 'marketing'];

test('mail that waits for a time is looked for every five minutes, by runs that end before the next', () => {
  built.template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'rate(5 minutes)',
    Targets: [
      {
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DueMailDue'), 'Arn'] },
        RetryPolicy: { MaximumRetryAttempts: 0 },
      },
    ],
  });
  built.template.hasResourceProperties('AWS::Lambda::Function', {
    FunctionName: 'acme-mail-due',
    Timeout: 300,
  });
});

test('the bucket keeps mail that waits for longer than a sendAt may be ahead', () => {
  built.template.hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: Match.arrayWith([
        Match.objectLike({ Id: 'later', Prefix: 'later/', ExpirationInDays: 400 }),
      ]),
    },
  });
});

test('who returns it sees no other folder of the bucket, and puts it into intake queues alone', () => {
  const permissions = permissionsOf(built, 'acme-mail-due')
    .map(({ action, resource }) => `${action} ${resource.replace(/[0-9A-F]{8}(?=[.>])/, '')}`)
    .filter((permission) => !permission.startsWith('logs:'));
  expect(permissions.sort()).toEqual(
    [
      's3:DeleteObject <ContentBucket.Arn>/later/*',
      's3:GetObject <ContentBucket.Arn>/later/*',
      's3:ListBucket <ContentBucket.Arn>',
      ...streams.flatMap((stream) => [
        `sqs:GetQueueUrl <Send${stream}IntakeQueue.Arn>`,
        `sqs:SendMessage <Send${stream}IntakeQueue.Arn>`,
      ]),
    ].sort(),
  );
  built.template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 's3:ListBucket',
          Condition: { StringEquals: { 's3:prefix': ['later/'] } },
        }),
      ]),
    },
  });
});
