import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { namesOf } from '../contract/names.ts';
import { acknowledge } from './acknowledge.ts';
import type { PipelineFunction } from './pipeline-function.ts';

/** The key under which recipients are hashed; whoever loses it loses the whole suppression list. */
export class RecipientKey extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string, deployment: string) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      secretName: namesOf(deployment).recipientKeySecret,
      description:
        'Goodstanding: HMAC key of recipient keys; never rotate, every suppression hangs on it',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(this.secret, {
      'AwsSolutions-SMG4':
        'rotating the key would orphan every suppression entry: mail would go where it must not',
    });
  }

  /** Lets the function read the key, and tells it where. */
  grantRead(fn: PipelineFunction): void {
    fn.allow(['secretsmanager:GetSecretValue'], this.secret.secretArn);
    fn.addEnvironment('RECIPIENT_KEY_SECRET', this.secret.secretArn);
  }
}
