import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type JsonObject, localPlace, type Physical } from '../../local/aws.ts';
import { createSecrets } from '../../local/emulators/secrets/secrets.ts';
import { type Endpoint, openEndpoint } from '../../local/endpoint.ts';
import { clientConfig } from './clients.ts';

let secrets: ReturnType<typeof createSecrets>;
let endpoint: Endpoint;
let client: SecretsManagerClient;

beforeEach(async () => {
  secrets = createSecrets({ place: localPlace });
  endpoint = await openEndpoint(0, {
    emulators: { secretsmanager: secrets.handle },
    localRoutes: {},
    authorize: () => undefined,
    onFailure: () => undefined,
  });
  client = new SecretsManagerClient(clientConfig(endpoint.url));
});

afterEach(async () => {
  client.destroy();
  await endpoint.close();
});

async function create(logicalId: string, properties: JsonObject): Promise<Physical> {
  const type = 'AWS::SecretsManager::Secret';
  const provider = secrets.providers[type];
  if (provider === undefined) throw new Error('no provider');
  return provider({ type, logicalId, properties });
}

async function secretText(SecretId: string): Promise<string> {
  return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
}

test('a given secret is read by name, by ARN and by ARN without its suffix', async () => {
  const { ref, attributes } = await create('Key', { Name: 'unsubscribe/key', SecretString: 'abc' });
  expect(ref).toMatch(
    /^arn:aws:secretsmanager:us-east-1:000000000000:secret:unsubscribe\/key-\w{6}$/,
  );
  expect(attributes['Id']).toBe(ref);
  for (const id of ['unsubscribe/key', ref, ref.slice(0, -7)])
    expect(await secretText(id)).toBe('abc');
});

test('a generated secret has the length and the kinds of characters asked for', async () => {
  await create('Default', { GenerateSecretString: {} });
  const byDefault = await secretText('Default');
  expect(byDefault).toHaveLength(32);
  for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]) expect(byDefault).toMatch(kind);

  await create('Plain', { GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true } });
  expect(await secretText('Plain')).toMatch(/^[a-zA-Z0-9]{64}$/);

  await create('Digits', {
    GenerateSecretString: {
      PasswordLength: '20',
      ExcludePunctuation: true,
      ExcludeLowercase: true,
      ExcludeUppercase: true,
      ExcludeCharacters: '01',
    },
  });
  expect(await secretText('Digits')).toMatch(/^[2-9]{20}$/);
});

test('a generated secret becomes a key of its template', async () => {
  await create('Login', {
    GenerateSecretString: { SecretStringTemplate: '{"user":"ops"}', GenerateStringKey: 'password' },
  });
  expect(JSON.parse(await secretText('Login'))).toEqual({
    user: 'ops',
    password: expect.stringMatching(/^.{32}$/s),
  });
});

test('a new value becomes the current one, and the one before stays readable', async () => {
  await create('Turned', { SecretString: 'old', Description: 'a key' });
  await client.send(new PutSecretValueCommand({ SecretId: 'Turned', SecretString: 'new' }));
  expect(await secretText('Turned')).toBe('new');
  const previous = await client.send(
    new GetSecretValueCommand({ SecretId: 'Turned', VersionStage: 'AWSPREVIOUS' }),
  );
  expect(previous).toMatchObject({ SecretString: 'old', VersionStages: ['AWSPREVIOUS'] });
  const described = await client.send(new DescribeSecretCommand({ SecretId: 'Turned' }));
  expect(described).toMatchObject({ Name: 'Turned', Description: 'a key' });
  expect(Object.values(described.VersionIdsToStages ?? {})).toEqual([
    ['AWSCURRENT'],
    ['AWSPREVIOUS'],
  ]);
});

test('an unknown secret, and one without a value, are ResourceNotFoundException', async () => {
  await create('Empty', {});
  for (const id of ['Nobody', 'Empty']) {
    await expect(secretText(id)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  }
});

test('an operation the box does not have is refused by name', async () => {
  await expect(client.send(new ListSecretsCommand({}))).rejects.toThrow(
    'does not support ListSecrets',
  );
});

test.each<[JsonObject, string]>([
  [{ SecretString: 'a', GenerateSecretString: {} }, 'allowed is one of them'],
  [{ GenerateSecretString: { PasswordLength: 3 } }, 'allowed is at least 4'],
  [{ GenerateSecretString: { GenerateStringKey: 'x' } }, 'a JSON object together with a key'],
  [{ ReplicaRegions: [] }, 'ReplicaRegions is not supported'],
])('a secret the box cannot make stops the start: %o', async (properties, message) => {
  await expect(create('Odd', properties)).rejects.toThrow(message);
});
