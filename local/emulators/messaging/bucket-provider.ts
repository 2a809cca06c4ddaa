import type { Place, ResourceProvider } from '../../aws.ts';
import { objectOr, stringAt } from '../../json-access.ts';
import type { Note } from '../../note.ts';
import type { InProcessClient } from './in-process-client.ts';
import { refuseUnknownProperties } from './properties.ts';

/** Bucket properties without effect in the box, each with the reason that is noted. */
const withoutEffect: Readonly<Record<string, string>> = {
  AccelerateConfiguration: 'there is no network to accelerate',
  AccessControl: 'the box has one account',
  BucketEncryption: 'objects live in memory and end with the box',
  CorsConfiguration: 'pages of other sites never reach the box',
  IntelligentTieringConfigurations: 'nothing is billed',
  InventoryConfigurations: 'no reports are written',
  LifecycleConfiguration: 'objects live in memory and end with the box',
  LoggingConfiguration: 'no access logs are written',
  MetricsConfigurations: 'there is no CloudWatch',
  ObjectLockConfiguration: 'objects live in memory and end with the box',
  ObjectLockEnabled: 'objects live in memory and end with the box',
  OwnershipControls: 'the box has one account',
  PublicAccessBlockConfiguration: 'the box listens on this machine only',
  Tags: 'nothing is billed',
  VersioningConfiguration: 'the box keeps the newest version of an object only',
};

/** Properties whose absence would go unnoticed until mail is lost: noted at every start. */
const worthANote = ['VersioningConfiguration', 'LifecycleConfiguration', 'LoggingConfiguration'];

/** Returns how `AWS::S3::Bucket` is created; event notifications are refused. */
export function createBucketProvider(options: {
  readonly client: InProcessClient;
  readonly place: Place;
  readonly note: Note;
}): ResourceProvider {
  return async (resource) => {
    refuseUnknownProperties(resource, ['BucketName', ...Object.keys(withoutEffect)]);
    const name = stringAt(resource.properties, 'BucketName') ?? bucketName(resource.logicalId);
    for (const key of worthANote) {
      if (Object.keys(objectOr(resource.properties[key])).length === 0) continue;
      options.note(resource, `${key} has no effect: ${withoutEffect[key]}`);
    }
    await options.client.s3('PUT', `/${name}`);
    const { region, partition } = options.place;
    return {
      ref: name,
      attributes: {
        Arn: `arn:${partition}:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
        WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
      },
    };
  };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function bucketName(logicalId: string): string {
  return logicalId.toLowerCase().slice(0, 63).padEnd(3, '-x');
}
