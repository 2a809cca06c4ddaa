import { randomInt } from 'node:crypto';
import * as z from 'zod';
import type { Json } from '../../aws.ts';
import { isObject, parseJson } from '../../json-access.ts';
import { booleanProperty, wholeNumber } from '../../lambda/resource-properties.ts';

/** `GenerateSecretString` of `AWS::SecretsManager::Secret`, with AWS's defaults. */
export const generateProperties = z.strictObject({
  PasswordLength: wholeNumber({ min: 1, max: 4_096 }).default(32),
  ExcludeCharacters: z.string().default(''),
  ExcludeLowercase: booleanProperty.default(false),
  ExcludeUppercase: booleanProperty.default(false),
  ExcludeNumbers: booleanProperty.default(false),
  ExcludePunctuation: booleanProperty.default(false),
  IncludeSpace: booleanProperty.default(false),
  RequireEachIncludedType: booleanProperty.default(true),
  SecretStringTemplate: z.string().optional(),
  GenerateStringKey: z.string().optional(),
});

export type GenerateProperties = z.output<typeof generateProperties>;

const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/**
 * Makes a random secret; with a template it becomes one more key of that JSON object.
 *
 * @throws Error when no character is left, the length cannot hold one of each kind, or template and
 * key are not both given.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
 */
export function generateSecret(properties: GenerateProperties): string {
  const { SecretStringTemplate: template, GenerateStringKey: key } = properties;
  const password = generatePassword(properties);
  if (template === undefined && key === undefined) return password;
  const parsed: Json | undefined = parseJson(template ?? '');
  if (key === undefined || !isObject(parsed)) {
    throw new Error(
      `SecretStringTemplate got ${template ?? 'nothing'} with GenerateStringKey ${key ?? 'nothing'}, ` +
        'allowed is a JSON object together with a key',
    );
  }
  return JSON.stringify({ ...parsed, [key]: password });
}

function generatePassword(properties: GenerateProperties): string {
  const length = properties.PasswordLength;
  const kinds = characterKinds(properties);
  const alphabet = kinds.join('');
  if (alphabet === '')
    throw new Error('GenerateSecretString excludes every character, allowed is one or more');
  if (!properties.RequireEachIncludedType) return pick(alphabet, length).join('');
  if (length < kinds.length) {
    throw new Error(
      `PasswordLength got ${length}, allowed is at least ${kinds.length}, one for each kind of character: ` +
        'raise it or set RequireEachIncludedType to false',
    );
  }
  const required = kinds.flatMap((kind) => pick(kind, 1));
  return shuffle([...required, ...pick(alphabet, length - kinds.length)]).join('');
}

function characterKinds(properties: GenerateProperties): string[] {
  const kinds: readonly (readonly [excluded: boolean, characters: string])[] = [
    [properties.ExcludeLowercase, 'abcdefghijklmnopqrstuvwxyz'],
    [properties.ExcludeUppercase, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    [properties.ExcludeNumbers, '0123456789'],
    [properties.ExcludePunctuation, punctuation],
    [!properties.IncludeSpace, ' '],
  ];
  return kinds
    .filter(([excluded]) => !excluded)
    .map(([, characters]) =>
      [...characters].filter((one) => !properties.ExcludeCharacters.includes(one)).join(''),
    )
    .filter((characters) => characters !== '');
}

function pick(characters: string, count: number): string[] {
  return Array.from({ length: count }, () => characters.charAt(randomInt(characters.length)));
}

function shuffle(characters: readonly string[]): string[] {
  const shuffled = [...characters];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    const moved = shuffled[last] ?? '';
    shuffled[last] = shuffled[other] ?? '';
    shuffled[other] = moved;
  }
  return shuffled;
}
