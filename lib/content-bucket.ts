import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { contentFolders, namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { acknowledge } from './acknowledge.ts';
import type { PipelineFunction } from './pipeline-function.ts';

/** A `sendAt` is at most a year ahead; an alarm has rung for a month about what is still here then. */
const laterDays = 400;

/**
 * Mail content that does not fit a queue, and mail that waits for its time or its tenant. Not versioned: keys are
 * never reused, and an old version would keep personal data beyond the retention that was promised.
 */
export class ContentBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, config: PipelineConfig) {
    super(scope, id);
    const expiration = Duration.days(config.retention.contentDays);
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: namesOf(config.deployment).contentBucket(Aws.ACCOUNT_ID, Aws.REGION),
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: false,
      // Held mail has no rule: it leaves when a person releases it.
      lifecycleRules: [
        {
          id: 'later',
          prefix: contentFolders.later,
          expiration: Duration.days(laterDays),
        },
        // The shortest there is: S3 counts from the next midnight. Readers refuse a copy when its time is over.
        { id: 'attempts', prefix: contentFolders.attempts, expiration: Duration.days(1) },
        { id: 'requests', prefix: contentFolders.requests, expiration },
        { id: 'attachments', prefix: contentFolders.attachments, expiration },
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        'who may read or write is two roles and one managed policy; object access is logged by a CloudTrail data trail where an organisation asks for it, a log bucket would hold recipients in its keys',
    });
  }

  /**
   * Lets the function read offloaded bodies and attachments and write mail that waits. Listing is never called:
   * without the permission S3 answers 403 for an absent object, and we must tell absent from forbidden.
   */
  grantContent(fn: PipelineFunction): void {
    const { requests, attachments, held, later } = contentFolders;
    fn.allowWide('contentFolder', ['s3:GetObject'], this.arn(requests), this.arn(attachments));
    fn.allowWide('contentFolder', ['s3:PutObject'], this.arn(held), this.arn(later));
    fn.allow(['s3:ListBucket'], this.bucket.bucketArn);
    fn.addEnvironment('CONTENT_BUCKET', this.bucket.bucketName);
  }

  /** Lets the function take mail that waits for a time out again; it sees no other folder. */
  grantLater(fn: PipelineFunction): void {
    const folder = this.arn(contentFolders.later);
    fn.allowWide('contentFolder', ['s3:DeleteObject', 's3:GetObject'], folder);
    fn.allowIf({
      actions: ['s3:ListBucket'],
      resources: [this.bucket.bucketArn],
      conditions: { StringEquals: { 's3:prefix': [contentFolders.later] } },
    });
    fn.addEnvironment('CONTENT_BUCKET', this.bucket.bucketName);
  }

  /** Lets the function keep what its attempts hand over. */
  grantStore(fn: PipelineFunction): void {
    fn.allowWide('contentFolder', ['s3:PutObject'], this.arn(contentFolders.attempts));
  }

  /** Lets the function read again what its attempts handed over. */
  grantKept(fn: PipelineFunction): void {
    fn.allowWide('contentFolder', ['s3:GetObject'], this.arn(contentFolders.attempts));
  }

  /** Returns the ARN of everything in one folder. */
  arn(folder: string): string {
    return this.bucket.arnForObjects(`${folder}*`);
  }
}
