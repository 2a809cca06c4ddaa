import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { canaryMailbox } from '../contract/tags.ts';
import { canaryPlanOf } from './canary-plan.ts';
import { PipelineFunction, sesArn } from './pipeline-function.ts';
import type { RecipientKey } from './recipient-key.ts';
import type { SendPath } from './send-path.ts';
import type { StateTables, TableGrants } from './state-tables.ts';

export interface SlowWorkProps {
  readonly config: PipelineConfig;
  readonly state: StateTables;
  readonly recipientKey: RecipientKey;
  /** ARNs of everybody we may send as; canaries are sent as the first. */
  readonly identities: readonly string[];
  /** Streams to switch off while SES takes nothing. */
  readonly sendPaths: readonly SendPath[];
}

/** What each does with tables and SES. These SES calls know no resource, so they are allowed on all. */
const accountGrants: TableGrants = { pacing: ['PutItem', 'Query', 'UpdateItem'] };
const canaryGrants: TableGrants = { pacing: ['GetItem'] };
const accountSesActions = ['ses:GetAccount'];
const switchActions = ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'];
const suppressionGrants: TableGrants = {
  suppression: ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query'],
};
const suppressionSesActions = [
  'ses:DeleteSuppressedDestination',
  'ses:GetSuppressedDestination',
  'ses:ListSuppressedDestinations',
];

/** What runs by the clock: reading SES's rate and quota, switching streams, and keeping two suppression lists in step. */
export class SlowWork extends Construct {
  readonly account: PipelineFunction;
  readonly suppression: PipelineFunction;

  constructor(scope: Construct, id: string, props: SlowWorkProps) {
    super(scope, id);
    const { config, state, recipientKey, sendPaths } = props;
    const names = namesOf(config.deployment);
    this.account = new PipelineFunction(this, 'Account', {
      config,
      stage: 'account',
      functionName: names.accountFunction,
      description:
        "Reads SES's send rate, quota and status every minute, and switches streams off and on",
      // Shorter than the schedule, so that runs do not overlap.
      timeout: Duration.seconds(50),
      memorySize: 256,
      environment: {
        STREAMS: JSON.stringify(
          Object.fromEntries(sendPaths.map(({ stream, watched }) => [stream, watched])),
        ),
      },
    });
    state.grant(this.account, accountGrants);
    this.account.allowWide('sesAccount', accountSesActions, '*');
    this.account.allow(
      switchActions,
      ...sendPaths.flatMap(({ consumers }) =>
        consumers.map(({ eventSourceMappingArn }) => eventSourceMappingArn),
      ),
    );
    this.#grantCanaries(props);
    this.#schedule('AccountSchedule', this.account, Duration.minutes(1));

    this.suppression = new PipelineFunction(this, 'Suppression', {
      config,
      stage: 'suppression',
      functionName: names.suppressionFunction,
      description: "Imports SES's account suppression list and removes what only a block put there",
      // SES takes one removal a second, so an hour's worth needs Lambda's longest run.
      timeout: Duration.minutes(15),
      memorySize: 256,
    });
    state.grant(this.suppression, suppressionGrants);
    recipientKey.grantRead(this.suppression);
    this.suppression.allowWide('sesAccount', suppressionSesActions, '*');
    this.#schedule('SuppressionSchedule', this.suppression, Duration.hours(1));
  }

  #grantCanaries({ config, state, identities }: SlowWorkProps): void {
    const plan = canaryPlanOf(config);
    if (!plan) return;
    const { configurationSet } = namesOf(config.deployment);
    state.grant(this.account, canaryGrants);
    // Whoever gets hold of this function can write to nobody with it.
    this.account.allowIf({
      actions: ['ses:SendEmail'],
      resources: [
        ...identities.slice(0, 1),
        ...Object.entries(plan.streams).flatMap(([stream, pools]) =>
          pools.map((pool) => sesArn(`configuration-set/${configurationSet(stream, pool)}`)),
        ),
      ],
      conditions: {
        StringEquals: { 'ses:FromAddress': [plan.from] },
        'ForAllValues:StringEquals': { 'ses:Recipients': [canaryMailbox] },
      },
    });
    this.account.addEnvironment('CANARY', JSON.stringify(plan));
  }

  /** A missed run is not repeated: the next one reads the same state. */
  #schedule(id: string, fn: PipelineFunction, every: Duration): void {
    new Rule(this, id, {
      description: fn.functionName,
      schedule: Schedule.rate(every),
      targets: [new LambdaFunction(fn, { retryAttempts: 0 })],
    });
  }
}
