import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, type PolicyStatementProps, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IDependable } from 'constructs';
import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { configurationSetsOf } from './configuration-set-plan.ts';
import { type PipelineFunction, sesArn } from './pipeline-function.ts';

/** A topic and the policy that must stand before SES is told to publish to it. */
export type EventTopic = { readonly topic: Topic; readonly policy: IDependable };

/** AWS services that publish to the topics, and so must be able to use their key. */
const publishers = { ses: 'ses.amazonaws.com', alarms: 'cloudwatch.amazonaws.com' } as const;

/**
 * Topics for SES events and alarms under one customer key: SNS's own key can never admit SES, and mail
 * events carry addresses, so they are not left unencrypted.
 */
export class EventTopics extends Construct {
  readonly feedback: EventTopic;
  /** Only when a stream asks for Delivery events. */
  readonly delivery: EventTopic | undefined;
  readonly alarms: Topic;
  readonly #key: Key;

  constructor(scope: Construct, id: string, config: PipelineConfig) {
    super(scope, id);
    const names = namesOf(config.deployment);
    this.#key = this.#createKey(config.deployment);
    const sets = configurationSetsOf(config);
    const deliverySets = sets.filter(({ deliveryEvents }) => deliveryEvents);
    this.feedback = this.#eventTopic('Feedback', names.feedbackTopic, sets.map(nameOf));
    this.delivery =
      deliverySets.length > 0
        ? this.#eventTopic('Delivery', names.deliveryTopic, deliverySets.map(nameOf))
        : undefined;
    this.alarms = this.#topic('Alarms', names.alarmTopic);
    this.alarms.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisDeployment',
        principals: [new ServicePrincipal(publishers.alarms)],
        actions: ['sns:Publish'],
        resources: [this.alarms.topicArn],
        conditions: {
          ...ownAccount,
          ArnLike: { 'aws:SourceArn': alarmArn(names.alarm('*')) },
        },
      }),
    );
  }

  /** Lets the function tell people, through the topic of the alarms and its key. */
  grantNotify(fn: PipelineFunction): void {
    fn.allow(['sns:Publish'], this.alarms.topicArn);
    fn.allow(['kms:GenerateDataKey', 'kms:Decrypt'], this.#key.keyArn);
    fn.addEnvironment('ALARM_TOPIC_ARN', this.alarms.topicArn);
  }

  #eventTopic(id: string, topicName: string, sets: readonly string[]): EventTopic {
    const topic = this.#topic(id, topicName);
    const { policyDependable } = topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EventsOfOwnConfigurationSets',
        principals: [new ServicePrincipal(publishers.ses)],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          ...ownAccount,
          ArnEquals: { 'aws:SourceArn': sets.map((set) => sesArn(`configuration-set/${set}`)) },
        },
      }),
    );
    return { topic, policy: policyDependable ?? topic };
  }

  #topic(id: string, topicName: string): Topic {
    return new Topic(this, id, { topicName, masterKey: this.#key, enforceSSL: true });
  }

  #createKey(deployment: string): Key {
    const key = new Key(this, 'Key', {
      description: `Goodstanding ${deployment}: SES events and alarms on their way through SNS`,
      enableKeyRotation: true,
      // It protects messages for seconds and nothing at rest, so it may go with the stack.
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
    // AWS's documented policy for SES has no condition, and if SES does not send the key of one, every
    // event would be lost without a word. Who may publish at all is the topics' policy to say.
    key.addToResourcePolicy(keyStatement('Events', publishers.ses));
    // For alarms AWS documents both conditions.
    key.addToResourcePolicy(keyStatement('AlarmsOfThisAccount', publishers.alarms, ownAccount));
    return key;
  }
}

function keyStatement(
  sid: string,
  service: string,
  conditions: PolicyStatementProps['conditions'] = {},
): PolicyStatement {
  return new PolicyStatement({
    sid,
    principals: [new ServicePrincipal(service)],
    actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    resources: ['*'],
    conditions,
  });
}

const ownAccount = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };

function alarmArn(name: string): string {
  return `arn:${Aws.PARTITION}:cloudwatch:${Aws.REGION}:${Aws.ACCOUNT_ID}:alarm:${name}`;
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}
