import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { contentFolders, namesOf } from '../contract/names.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import type { ContentBucket } from './content-bucket.ts';
import type { SendPath } from './send-path.ts';
import type { StateTables } from './state-tables.ts';

export interface SenderPolicyProps {
  readonly deployment: string;
  readonly sendPaths: readonly SendPath[];
  readonly content: ContentBucket;
  readonly state: StateTables;
}

/** What an app attaches to its own role: enqueue, offload content, look up outcomes; nothing else. */
export class SenderPolicy extends Construct {
  readonly policy: ManagedPolicy;

  constructor(
    scope: Construct,
    id: string,
    { deployment, sendPaths, content, state }: SenderPolicyProps,
  ) {
    super(scope, id);
    const folders = [content.arn(contentFolders.requests), content.arn(contentFolders.attachments)];
    this.policy = new ManagedPolicy(this, 'Policy', {
      managedPolicyName: namesOf(deployment).senderPolicy,
      description: `Goodstanding ${deployment}: enqueue mail, offload content, look up outcomes`,
      statements: [
        new PolicyStatement({
          sid: 'Enqueue',
          actions: ['sqs:GetQueueUrl', 'sqs:SendMessage'],
          resources: sendPaths.map(({ intake }) => intake.queue.queueArn),
        }),
        new PolicyStatement({
          sid: 'OffloadContent',
          actions: ['s3:PutObject'],
          resources: folders,
        }),
        new PolicyStatement({
          sid: 'LookUpOutcomes',
          actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
          resources: [state.arn('ledger')],
        }),
      ],
    });
    acknowledgeWildcards(this.policy, folders, 'contentFolder');
  }
}
