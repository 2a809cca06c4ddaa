import { S3Client } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { namesOf } from '../contract/names.ts';
import { deploymentOf, isLocal, sdkOptions, type TargetOptions } from './target.ts';

/** Where requests go. */
export type Places = {
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  /** URL of a stream's intake queue. @throws what SQS throws, `QueueDoesNotExist` for an unknown stream */
  readonly queueUrl: (stream: string) => Promise<string>;
  /** Name of the content bucket; it carries the account's id, which a queue's URL tells. */
  readonly bucket: (stream: string) => Promise<string>;
  readonly close: () => void;
};

/** Returns the places of a deployment; each queue is looked up once. */
export function createPlaces(options: TargetOptions): Places {
  const sdk = sdkOptions(options);
  const names = namesOf(deploymentOf(options));
  const sqs = new SQSClient(sdk);
  const s3 = new S3Client({
    ...sdk,
    ...(isLocal(String(sdk.endpoint ?? '')) ? { forcePathStyle: true } : {}),
  });
  const urls = new Map<string, Promise<string>>();

  const queueUrl = (stream: string): Promise<string> => {
    const known = urls.get(stream);
    if (known !== undefined) return known;
    const asked = askQueueUrl(sqs, names.intakeQueue(stream));
    urls.set(stream, asked);
    // A failure must not be remembered: the next try asks again.
    asked.catch(() => urls.delete(stream));
    return asked;
  };

  const bucket = async (stream: string): Promise<string> => {
    const account = new URL(await queueUrl(stream)).pathname.split('/')[1] ?? '';
    return names.contentBucket(account, await sqs.config.region());
  };

  const close = () => {
    sqs.destroy();
    s3.destroy();
  };
  return { sqs, s3, queueUrl, bucket, close };
}

async function askQueueUrl(sqs: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  if (!QueueUrl) throw new Error(`SQS named no URL for queue ${name}`);
  return QueueUrl;
}
