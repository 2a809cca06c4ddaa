import {
  createCloudwatch,
  createDynamo,
  createLambda,
  createS3,
  createSecrets,
  createSes,
  createSns,
  createSqs,
  type Target,
} from '../../adapters/clients.ts';
import type { ContentStore } from '../../adapters/content-store.ts';
import { accountOfQueueUrl, readQueueUrl } from '../../adapters/intake.ts';
import type { Table } from '../../adapters/items.ts';
import { readRecipientSecret } from '../../adapters/recipient-secret.ts';
import { type Names, namesOf } from '../../contract/names.ts';

/** A deployment as the actions reach it. */
export type Backend = {
  readonly deployment: string;
  readonly target: Target;
  readonly names: Names;
  readonly sqs: ReturnType<typeof createSqs>;
  readonly ses: ReturnType<typeof createSes>;
  readonly sns: ReturnType<typeof createSns>;
  readonly lambda: ReturnType<typeof createLambda>;
  readonly cloudwatch: ReturnType<typeof createCloudwatch>;
  readonly tables: {
    readonly suppression: Table;
    readonly ledger: Table;
    readonly evidence: Table;
    readonly directory: Table;
    readonly assignments: Table;
    readonly pacing: Table;
  };
  /** The secret under which recipients are keyed. */
  readonly recipientSecret: () => Promise<string>;
  /** The content bucket; its name carries the account's id, which a queue's URL tells. */
  readonly contentStore: () => Promise<ContentStore>;
  readonly close: () => void;
};

/** Returns a deployment's backend. Makes no call by itself. */
export function createBackend(target: Target, deployment: string): Backend {
  const names = namesOf(deployment);
  const dynamo = createDynamo(target);
  const sqs = createSqs(target);
  const ses = createSes(target);
  const sns = createSns(target);
  const lambda = createLambda(target);
  const cloudwatch = createCloudwatch(target);
  const s3 = createS3(target);
  const secrets = createSecrets(target);
  const table = (name: string): Table => ({ dynamo, name });
  return {
    deployment,
    target,
    names,
    sqs,
    ses,
    sns,
    lambda,
    cloudwatch,
    tables: {
      suppression: table(names.tables.suppression),
      ledger: table(names.tables.ledger),
      evidence: table(names.tables.evidence),
      directory: table(names.tables.directory),
      assignments: table(names.tables.assignments),
      pacing: table(names.tables.pacing),
    },
    recipientSecret: () => readRecipientSecret(secrets, names.recipientKeySecret),
    contentStore: async () => {
      const account = accountOfQueueUrl(await readQueueUrl(sqs, names.feedbackQueue));
      return { s3, bucket: names.contentBucket(account, await sqs.config.region()) };
    },
    close: () => {
      for (const client of [dynamo, sqs, ses, sns, lambda, cloudwatch, s3, secrets])
        client.destroy();
    },
  };
}
