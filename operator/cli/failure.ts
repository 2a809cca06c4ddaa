import { CommanderError } from 'commander';
import { exitCodes } from './io.ts';

export type Failure = { readonly exitCode: number; readonly message?: string };

/** Returns the exit code of whatever ended a command, and the line to print for it. */
export function failureOf(error: unknown, deployment: string): Failure {
  if (error instanceof CommanderError) return ofUsage(error);
  if (!(error instanceof Error)) return { exitCode: exitCodes.aws, message: String(error) };
  // The SDK gives this error no name of its own, and an empty region another text.
  if (/region is missing|region=""/i.test(error.message))
    return { exitCode: exitCodes.usage, message: regionMissing };
  const known = translations.find(({ match }) => match.test(`${error.name} ${code(error)}`));
  if (known) return { exitCode: known.exitCode, message: known.say(error, deployment) };
  return { exitCode: exitCodes.aws, message: oneLine(`${error.name}: ${error.message}`) };
}

/** Commander writes its own messages; ours carry an exit code and are not yet written. */
function ofUsage(error: CommanderError): Failure {
  if (error.code.startsWith('goodstanding.'))
    return { exitCode: error.exitCode, message: error.message };
  return { exitCode: error.exitCode === 0 ? exitCodes.ok : exitCodes.usage };
}

const regionMissing =
  'no AWS region is known: pass --region, set AWS_REGION, or name a profile that has one with --profile; for the local runtime, npm start first';

type Translation = {
  readonly match: RegExp;
  readonly exitCode: number;
  readonly say: (error: Error, deployment: string) => string;
};

const translations: readonly Translation[] = [
  {
    match: /ResourceNotFoundException|QueueDoesNotExist|NonExistentQueue|NoSuchBucket/,
    exitCode: exitCodes.aws,
    say: (_, deployment) =>
      `deployment ${deployment} is not (wholly) there in this account and region: deploy it, or name another with --deployment, --profile or --region`,
  },
  {
    match: /ECONNREFUSED|ENOTFOUND|ECONNRESET|EHOSTUNREACH|ETIMEDOUT|TimeoutError/,
    exitCode: exitCodes.aws,
    say: (error) =>
      `cannot reach the endpoint (${oneLine(error.message || code(error))}): start the local runtime with npm start, or check the network`,
  },
  {
    match:
      /CredentialsProviderError|TokenProviderError|ExpiredToken|UnrecognizedClient|InvalidClientTokenId/,
    exitCode: exitCodes.aws,
    say: (error) =>
      `AWS credentials are missing or not valid (${oneLine(error.message)}): log in, or name a profile with --profile`,
  },
  {
    match: /AccessDenied/,
    exitCode: exitCodes.aws,
    say: (error) => `AWS refused: ${oneLine(error.message)}: use a profile that may do this`,
  },
  {
    match: /ENOENT|EACCES|EISDIR/,
    exitCode: exitCodes.usage,
    say: (error) => `cannot read a file: ${oneLine(error.message)}`,
  },
];

function code(error: Error): string {
  const own: unknown = Reflect.get(error, 'code');
  if (typeof own === 'string') return own;
  const { cause } = error;
  if (error instanceof AggregateError)
    return error.errors.map((each) => code(toError(each))).join(' ');
  return cause instanceof Error ? code(cause) : '';
}

function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
