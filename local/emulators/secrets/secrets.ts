import type { Emulator, LocalClock, Place, ResourceProviders } from '../../aws.ts';
import { objectOr, parseJson, stringAt } from '../../json-access.ts';
import { answersTo, defineSecret, physicalOf, type Secret } from './secret.ts';
import { notFound, secretOperations, unknownOperation } from './secret-operations.ts';

export type Secrets = {
  readonly providers: ResourceProviders;
  /** Service `secretsmanager`. */
  readonly handle: Emulator;
};

/**
 * Secrets Manager in memory: the secrets of the template, given or generated anew at every start,
 * with GetSecretValue, DescribeSecret and PutSecretValue. No rotation, no replicas, no encryption.
 */
export function createSecrets(options: {
  readonly place: Place;
  /** @default the machine's */
  readonly clock?: LocalClock;
}): Secrets {
  const secrets: Secret[] = [];
  const clock = options.clock ?? Date.now;
  return {
    providers: {
      'AWS::SecretsManager::Secret': (resource) => {
        const secret = defineSecret(resource, options.place, clock());
        if (secrets.some((other) => other.name === secret.name)) {
          throw new Error(
            `${resource.type} ${resource.logicalId}: a secret named ${secret.name} exists: rename one`,
          );
        }
        secrets.push(secret);
        return physicalOf(secret);
      },
    },
    handle: async (request) => {
      const name = (request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
      const operation = secretOperations[name];
      if (operation === undefined) return unknownOperation(name);
      const input = objectOr(parseJson(request.body.toString()));
      const id = stringAt(input, 'SecretId') ?? '';
      const secret = secrets.find((one) => answersTo(one, id));
      if (secret === undefined) return notFound("Secrets Manager can't find the specified secret.");
      return operation(secret, input);
    },
  };
}
