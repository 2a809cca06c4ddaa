import { randomBytes, randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Physical, Place, Resource } from '../../aws.ts';
import { acceptedUnread, readProperties } from '../../lambda/resource-properties.ts';
import { generateProperties, generateSecret } from './generate-secret.ts';

/** One `AWS::SecretsManager::Secret` with its values. */
export type Secret = {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly createdMs: number;
  /** The current one first; none when the template gave no value. */
  readonly versions: { readonly id: string; readonly text: string }[];
};

const secretProperties = z.strictObject({
  Name: z
    .string()
    .regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/)
    .optional(),
  SecretString: z.string().optional(),
  GenerateSecretString: generateProperties.optional(),
  Description: z.string().optional(),
  KmsKeyId: acceptedUnread,
  Tags: acceptedUnread,
});

/**
 * Makes a secret from its resource, with the value given or generated.
 *
 * @throws Error naming the resource and what is wrong with it.
 */
export function defineSecret(resource: Resource, place: Place, createdMs: number): Secret {
  const properties = readProperties(secretProperties, resource);
  const { SecretString: given, GenerateSecretString: generate } = properties;
  const where = `${resource.type} ${resource.logicalId}`;
  if (given !== undefined && generate !== undefined) {
    throw new Error(`${where}: got SecretString and GenerateSecretString, allowed is one of them`);
  }
  const name = properties.Name ?? resource.logicalId;
  const texts = generate === undefined ? [given] : [generateIn(where, generate)];
  return {
    name,
    arn: `arn:${place.partition}:secretsmanager:${place.region}:${place.accountId}:secret:${name}-${arnSuffix()}`,
    description: properties.Description,
    createdMs,
    versions: texts.flatMap((text) => (text === undefined ? [] : [{ id: randomUUID(), text }])),
  };
}

function generateIn(where: string, properties: z.output<typeof generateProperties>): string {
  try {
    return generateSecret(properties);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${where}: ${message}`, { cause });
  }
}

/** AWS adds six random characters, so that a policy for an old secret does not open a new one. */
function arnSuffix(): string {
  return randomBytes(3).toString('hex');
}

/** What `Ref` and `Fn::GetAtt` answer. */
export function physicalOf(secret: Secret): Physical {
  return { ref: secret.arn, attributes: { Id: secret.arn } };
}

/** Whether an id is the secret's name, its ARN, or its ARN without the random suffix. */
export function answersTo(secret: Secret, id: string): boolean {
  return id === secret.name || id === secret.arn || id === secret.arn.slice(0, -'-abcdef'.length);
}
