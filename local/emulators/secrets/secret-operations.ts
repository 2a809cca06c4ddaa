import { randomUUID } from 'node:crypto';
import type { AwsResponse, Json, JsonObject } from '../../aws.ts';
import { awsError } from '../../aws-error.ts';
import { stringAt } from '../../json-access.ts';
import type { Secret } from './secret.ts';

/** One operation on a secret that has been found. */
export type SecretOperation = (secret: Secret, input: JsonObject) => AwsResponse;

const versionStages = ['AWSCURRENT', 'AWSPREVIOUS'] as const;

/** Name of the operation → what it does. */
export const secretOperations: Readonly<Record<string, SecretOperation>> = {
  GetSecretValue: getSecretValue,
  DescribeSecret: (secret) =>
    success({
      ...identityOf(secret),
      ...(secret.description !== undefined && { Description: secret.description }),
      CreatedDate: secret.createdMs / 1_000,
      VersionIdsToStages: Object.fromEntries(
        secret.versions
          .slice(0, versionStages.length)
          .map((version, index) => [version.id, [versionStages[index] ?? '']]),
      ),
    }),
  PutSecretValue: (secret, input) => {
    const text = stringAt(input, 'SecretString');
    if (text === undefined) {
      const message = 'the local runtime takes SecretString only, got none';
      return awsError('secretsmanager', {
        status: 400,
        code: 'InvalidParameterException',
        message,
      });
    }
    const id = stringAt(input, 'ClientRequestToken') ?? randomUUID();
    secret.versions.unshift({ id, text });
    return success({ ...identityOf(secret), VersionId: id, VersionStages: ['AWSCURRENT'] });
  },
};

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
function getSecretValue(secret: Secret, input: JsonObject): AwsResponse {
  const id = stringAt(input, 'VersionId');
  const stage = stringAt(input, 'VersionStage');
  const index = secret.versions.findIndex(
    (version, at) =>
      (id === undefined || version.id === id) &&
      (stage === undefined ? id !== undefined || at === 0 : versionStages[at] === stage),
  );
  const version = secret.versions[index];
  if (version === undefined) {
    const label = id === undefined ? `staging label: ${stage ?? 'AWSCURRENT'}` : `VersionId: ${id}`;
    return notFound(`Secrets Manager can't find the specified secret value for ${label}`);
  }
  const stages: readonly Json[] = versionStages.slice(index, index + 1);
  return success({
    ...identityOf(secret),
    VersionId: version.id,
    SecretString: version.text,
    VersionStages: stages,
    CreatedDate: secret.createdMs / 1_000,
  });
}

function identityOf(secret: Secret): JsonObject {
  return { ARN: secret.arn, Name: secret.name };
}

/** The answer to an operation the box does not have. */
export function unknownOperation(name: string): AwsResponse {
  const known = Object.keys(secretOperations).join(', ');
  const message = `the local runtime does not support ${name} of Secrets Manager, it supports ${known}`;
  return awsError('secretsmanager', { status: 400, code: 'UnknownOperationException', message });
}

/** The answer when there is no such secret, or no such version of it. */
export function notFound(message: string): AwsResponse {
  return awsError('secretsmanager', { status: 400, code: 'ResourceNotFoundException', message });
}

function success(body: JsonObject): AwsResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(body),
  };
}
