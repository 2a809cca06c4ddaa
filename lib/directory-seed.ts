import { CfnResource, CustomResource, Duration } from 'aws-cdk-lib';
import { Construct, type IDependable } from 'constructs';
import type { SeedPlan } from '../contract/environment.ts';
import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { PipelineFunction } from './pipeline-function.ts';
import type { StateTables, TableGrants } from './state-tables.ts';

export interface DirectorySeedProps {
  readonly config: PipelineConfig;
  readonly state: StateTables;
  /** What must exist before an assignment may name it. */
  readonly after: readonly IDependable[];
}

/** What the seed does with each table; besides rotation it is the only writer of assignments. */
const tableGrants: TableGrants = {
  directory: ['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'],
  assignments: ['GetItem', 'PutItem', 'Query'],
  pacing: ['DeleteItem', 'UpdateItem'],
};

/** Raise it when the seed learns something that deployments with an unchanged plan need too. */
const seedRevision = '2';

/**
 * Fills the directory at a deploy, and refuses a plan that drops a pool which still takes mail. It runs
 * after new configuration sets exist and before dispatch changes; CloudFormation deletes old sets only
 * after everything else succeeded, so no assignment ever names what is gone.
 */
export class DirectorySeed extends Construct {
  readonly #resource: CustomResource;

  constructor(scope: Construct, id: string, { config, state, after }: DirectorySeedProps) {
    super(scope, id);
    const seed = new PipelineFunction(this, 'Function', {
      config,
      stage: 'seed',
      functionName: namesOf(config.deployment).seedFunction,
      description: 'Fills the directory at a deploy; never overwrites what was decided at run time',
      timeout: Duration.minutes(2),
      memorySize: 256,
    });
    state.grant(seed, tableGrants);
    seed.allowWide('sesAccount', ['ses:GetAccount'], '*');
    this.#resource = new CustomResource(this, 'Seed', {
      resourceType: 'Custom::DirectorySeed',
      serviceToken: seed.functionArn,
      // A function that cannot answer would otherwise hold the deploy for an hour.
      serviceTimeout: Duration.minutes(5),
      properties: { Plan: JSON.stringify(planOf(config)), Revision: seedRevision },
    });
    this.#resource.node.addDependency(...after);
  }

  /** Keeps a function from being created or changed before the directory knows its streams and pools. */
  precede(fn: PipelineFunction): void {
    const { defaultChild } = fn.node;
    if (CfnResource.isCfnResource(defaultChild)) defaultChild.node.addDependency(this.#resource);
  }
}

function planOf(config: PipelineConfig): SeedPlan {
  return {
    tenancy: config.tenancy,
    fromOwned: [...config.sendingDomains.map(({ domain }) => domain), ...config.sendingAddresses],
    streams: mapValues(config.streams, ({ pools, retiringPools, failover }) => ({
      pools: pools.filter((pool) => !config.pools[pool]?.retiring),
      retiring: [...retiringPools, ...pools.filter((pool) => config.pools[pool]?.retiring)],
      ...(failover.length > 0 ? { failover } : {}),
    })),
    pools: mapValues(config.pools, ({ kind, retiring }) => ({ kind, retiring })),
    initialSendRatePerSecond: config.limits.initialSendRatePerSecond,
  };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
