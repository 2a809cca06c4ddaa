import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { namesOf } from '../contract/names.ts';
import type { PipelineFunction } from './pipeline-function.ts';

/** Where apps hear what they must: rejections always, every outcome of the streams that ask for it. */
export class OutcomeBus extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, deployment: string) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: namesOf(deployment).eventBus,
      description: 'Goodstanding: outcomes that an app must hear; add your own rules',
    });
  }

  /** Lets the function publish; the bus's name follows from its DEPLOYMENT. */
  grantPublish(fn: PipelineFunction): void {
    fn.allow(['events:PutEvents'], this.bus.eventBusArn);
  }
}
