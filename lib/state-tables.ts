import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { type Names, namesOf } from '../contract/names.ts';
import type { PipelineFunction } from './pipeline-function.ts';

export type TableName = keyof Names['tables'];

/** Operations a function may be granted, one by one; there is no read or write bundle. */
export type TableAction =
  | 'BatchGetItem'
  | 'BatchWriteItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PutItem'
  | 'Query'
  | 'UpdateItem';

/** What one function does with which table. */
export type TableGrants = Partial<Readonly<Record<TableName, readonly TableAction[]>>>;

type TableTraits = {
  readonly id: string;
  /** Point-in-time recovery: billed by size, so not for items that live for days and are followed by new ones. */
  readonly recovery: boolean;
  /** Refuses deletion even by hand until it is switched off. */
  readonly deletionProtection: boolean;
  readonly forgets: boolean;
  readonly removalPolicy: RemovalPolicy;
};

/** A first deploy that fails takes its empty tables with it; later nothing but a person deletes them. */
const kept = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

const traits: Readonly<Record<TableName, TableTraits>> = {
  suppression: {
    id: 'Suppression',
    recovery: true,
    deletionProtection: true,
    forgets: true,
    removalPolicy: RemovalPolicy.RETAIN,
  },
  directory: {
    id: 'Directory',
    recovery: true,
    deletionProtection: true,
    forgets: false,
    removalPolicy: RemovalPolicy.RETAIN,
  },
  ledger: {
    id: 'Ledger',
    recovery: false,
    deletionProtection: false,
    forgets: true,
    removalPolicy: kept,
  },
  evidence: {
    id: 'Evidence',
    recovery: false,
    deletionProtection: false,
    forgets: true,
    removalPolicy: kept,
  },
  assignments: {
    id: 'Assignments',
    recovery: true,
    deletionProtection: false,
    forgets: false,
    removalPolicy: kept,
  },
  // The rate and what the switches stand on are read from SES again within a minute.
  pacing: {
    id: 'Pacing',
    recovery: false,
    deletionProtection: false,
    forgets: false,
    removalPolicy: RemovalPolicy.DESTROY,
  },
};

/** The pipeline's whole state, one table for each lifetime and set of writers. */
export class StateTables extends Construct {
  readonly #tables: Readonly<Record<TableName, TableV2>>;

  constructor(scope: Construct, id: string, deployment: string) {
    super(scope, id);
    const create = (name: TableName) =>
      this.#create(traits[name], namesOf(deployment).tables[name]);
    this.#tables = {
      suppression: create('suppression'),
      directory: create('directory'),
      ledger: create('ledger'),
      evidence: create('evidence'),
      assignments: create('assignments'),
      pacing: create('pacing'),
    };
  }

  /** Lets the function do these operations; table names follow from its DEPLOYMENT. */
  grant(fn: PipelineFunction, grants: TableGrants): void {
    for (const name of tableNames) {
      const actions = grants[name];
      if (actions)
        fn.allow(
          actions.map((action) => `dynamodb:${action}`),
          this.arn(name),
        );
    }
  }

  arn(name: TableName): string {
    return this.#tables[name].tableArn;
  }

  #create(table: TableTraits, tableName: string): TableV2 {
    return new TableV2(this, table.id, {
      tableName,
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      // Encrypted with a key that DynamoDB owns: a customer key would cost a call for most reads.
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: table.recovery },
      deletionProtection: table.deletionProtection,
      removalPolicy: table.removalPolicy,
      ...(table.forgets ? { timeToLiveAttribute: 'ttl' } : {}),
    });
  }
}

/** Every table, in the order of the traits. */
export const tableNames: readonly TableName[] = [
  'suppression',
  'directory',
  'ledger',
  'evidence',
  'assignments',
  'pacing',
];
