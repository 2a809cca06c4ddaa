import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { contentFolders, namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { acknowledge } from './acknowledge.ts';
import type { PipelineFunction } from './pipeline-function.ts';

/**
 * Mail content that does not fit a queue, or waits while its tenant is held. Not versioned: keys are
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
   * Lets the function read offloaded bodies and attachments and write held mail. Listing is never called:
   * without the permission S3 answers 403 for an absent object, and we must tell absent from forbidden.
   */
  grantContent(fn: PipelineFunction): void {
    const { requests, attachments, held } = contentFolders;
    fn.allowWide('contentFolder', ['s3:GetObject'], this.arn(requests), this.arn(attachments));
    fn.allowWide('contentFolder', ['s3:PutObject'], this.arn(held));
    fn.allow(['s3:ListBucket'], this.bucket.bucketArn);
    fn.addEnvironment('CONTENT_BUCKET', this.bucket.bucketName);
  }

  /** Returns the ARN of everything in one folder. */
  arn(folder: string): string {
    return this.bucket.arnForObjects(`${folder}*`);
  }
}
