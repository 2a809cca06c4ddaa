import type { ConditionKeys } from '../conditions.ts';
import { type ActionMapping, unmapped } from './action-mapping.ts';

/**
 * Method and level → IAM action: reading the head of an object is reading the object.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
const actions: Readonly<Record<string, string>> = {
  'GET object': 's3:GetObject',
  'HEAD object': 's3:GetObject',
  'PUT object': 's3:PutObject',
  'DELETE object': 's3:DeleteObject',
  'GET bucket': 's3:ListBucket',
  'HEAD bucket': 's3:ListBucket',
  'POST bucket?delete': 's3:DeleteObject',
  'POST object?uploads': 's3:PutObject',
  'POST object?uploadId': 's3:PutObject',
  'DELETE object?uploadId': 's3:AbortMultipartUpload',
};
/** Query parameters that make another operation of the same method. */
const operationParameters = [
  'delete',
  'uploads',
  'uploadId',
  'acl',
  'tagging',
  'policy',
  'lifecycle',
];
/** A part is put with `uploadId`, under the permission to put the object. */
const partParameter = 'partNumber';

/** Maps path-style S3 requests. */
export const s3Actions: ActionMapping = (request, { place }) => {
  const url = new URL(request.url, 'http://box');
  const [, bucket = '', ...keyParts] = url.pathname.split('/').map(decodeURIComponent);
  const key = keyParts.join('/');
  const isPart = url.searchParams.has(partParameter);
  const parameter = isPart
    ? undefined
    : operationParameters.find((one) => url.searchParams.has(one));
  const level = key === '' ? 'bucket' : 'object';
  const operation = `${request.method} ${level}${parameter === undefined ? '' : `?${parameter}`}`;
  const action = actions[operation];
  if (action === undefined || bucket === '') throw unmapped('s3', operation, 's3.ts');
  const arn = `arn:${place.partition}:s3:::${bucket}`;
  if (level === 'object') return [{ action, resource: `${arn}/${key}` }];
  if (parameter === 'delete') {
    return deletedKeys(request.body.toString()).map((one) => ({
      action,
      resource: `${arn}/${one}`,
    }));
  }
  return [{ action, resource: arn, conditionKeys: listingKeys(url.searchParams) }];
};

function deletedKeys(xml: string): readonly string[] {
  return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
}

function listingKeys(parameters: URLSearchParams): ConditionKeys {
  const keys: Record<string, readonly string[]> = {};
  for (const name of ['prefix', 'delimiter']) {
    const value = parameters.get(name);
    if (value !== null) keys[`s3:${name}`] = [value];
  }
  return keys;
}
