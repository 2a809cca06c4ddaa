import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/**
 * Returns the secret under which recipients are keyed.
 * @throws when it holds nothing: without it no suppression could be found, so nothing may be sent
 */
export async function readRecipientSecret(
  secrets: SecretsManagerClient,
  secretId: string,
): Promise<string> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }));
  if (!SecretString) throw new Error(`secret ${secretId} is empty; deploy again to create it`);
  return SecretString;
}
