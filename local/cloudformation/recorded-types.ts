import type { Physical, Place, Resource } from '../aws.ts';
import { stringAt } from '../json-access.ts';

export type RecordedType = {
  /** One sentence: why the box need not, or does not, act on resources of this type. */
  readonly why: string;
  readonly physical: (resource: Resource, place: Place) => Physical;
};

const resourcePolicy =
  'the box has one account, whose functions are judged by their roles; resource policies are not evaluated';
const noLogsStore = 'the logs of functions go to the terminal, not to CloudWatch Logs';
const iam = 'local/iam reads it from the template to judge what functions may do';
const noDns = 'the box answers no DNS; the SES emulator takes identities as verified';
const noScaling = 'nothing in the box is throttled or scaled';

/**
 * Every CloudFormation type that the box accepts and records without creating anything. A type that
 * neither stands here nor has a provider stops the start.
 */
export const recordedTypes: Readonly<Record<string, RecordedType>> = {
  'AWS::ApplicationAutoScaling::ScalableTarget': { why: noScaling, physical: named('') },
  'AWS::ApplicationAutoScaling::ScalingPolicy': { why: noScaling, physical: named('') },
  'AWS::Budgets::Budget': { why: 'nothing is billed', physical: named('') },
  'AWS::CloudWatch::AnomalyDetector': {
    why: 'the box learns no bands from metrics',
    physical: named(''),
  },
  'AWS::Events::EventBusPolicy': { why: resourcePolicy, physical: named('') },
  'AWS::IAM::ManagedPolicy': { why: iam, physical: managedPolicy },
  'AWS::IAM::Policy': { why: iam, physical: named('') },
  'AWS::IAM::Role': { why: iam, physical: role },
  'AWS::IAM::RolePolicy': { why: iam, physical: named('') },
  'AWS::IAM::ServiceLinkedRole': { why: iam, physical: named('') },
  'AWS::KMS::Alias': { why: 'nothing in the box is encrypted', physical: named('AliasName') },
  'AWS::KMS::Key': { why: 'nothing in the box is encrypted', physical: key },
  'AWS::Lambda::Permission': { why: resourcePolicy, physical: named('') },
  'AWS::Logs::LogGroup': { why: noLogsStore, physical: logGroup },
  'AWS::Logs::MetricFilter': { why: noLogsStore, physical: named('FilterName') },
  'AWS::Logs::QueryDefinition': { why: noLogsStore, physical: named('') },
  'AWS::Logs::ResourcePolicy': { why: resourcePolicy, physical: named('PolicyName') },
  'AWS::ResourceGroups::Group': {
    why: 'it groups resources for a console',
    physical: named('Name'),
  },
  'AWS::Route53::RecordSet': { why: noDns, physical: named('Name') },
  'AWS::Route53::RecordSetGroup': { why: noDns, physical: named('') },
  'AWS::S3::BucketPolicy': { why: resourcePolicy, physical: named('Bucket') },
  'AWS::SNS::TopicInlinePolicy': { why: resourcePolicy, physical: named('') },
  'AWS::SNS::TopicPolicy': { why: resourcePolicy, physical: named('') },
  'AWS::SQS::QueueInlinePolicy': { why: resourcePolicy, physical: named('') },
  'AWS::SQS::QueuePolicy': { why: resourcePolicy, physical: named('') },
  'AWS::SecretsManager::ResourcePolicy': { why: resourcePolicy, physical: named('') },
};

type ToPhysical = RecordedType['physical'];

/** The physical name is that property of the template, else the logical id. */
function named(property: string): ToPhysical {
  return (resource) => ({
    ref: nameOf(resource, property),
    attributes: { Id: resource.logicalId },
  });
}

function role(resource: Resource, { partition, accountId }: Place): Physical {
  const name = nameOf(resource, 'RoleName');
  const path = stringAt(resource.properties, 'Path') ?? '/';
  const attributes = { Arn: `arn:${partition}:iam::${accountId}:role${path}${name}`, RoleId: name };
  return { ref: name, attributes };
}

function managedPolicy(resource: Resource, { partition, accountId }: Place): Physical {
  const path = stringAt(resource.properties, 'Path') ?? '/';
  const name = nameOf(resource, 'ManagedPolicyName');
  const arn = `arn:${partition}:iam::${accountId}:policy${path}${name}`;
  return { ref: arn, attributes: { PolicyArn: arn } };
}

function key(resource: Resource, { partition, region, accountId }: Place): Physical {
  const id = resource.logicalId;
  const arn = `arn:${partition}:kms:${region}:${accountId}:key/${id}`;
  return { ref: id, attributes: { Arn: arn, KeyId: id } };
}

function logGroup(resource: Resource, { partition, region, accountId }: Place): Physical {
  const name = nameOf(resource, 'LogGroupName');
  const arn = `arn:${partition}:logs:${region}:${accountId}:log-group:${name}:*`;
  return { ref: name, attributes: { Arn: arn } };
}

function nameOf(resource: Resource, property: string): string {
  return stringAt(resource.properties, property) ?? resource.logicalId;
}
