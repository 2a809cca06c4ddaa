import type { ServiceFailure } from '../domain/failures.ts';

/** Returns an error for what passes by itself, under a name that the table of store failures knows: nobody is called. */
export function busy(message: string): Error {
  return Object.assign(new Error(message), { name: 'Busy' });
}

/** Returns how a call failed, from what the SDK or Node threw. */
export function describeFailure(error: unknown): ServiceFailure {
  if (!(error instanceof Error)) return { name: 'Unknown', message: String(error) };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  const code = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    message: error.message,
    ...(typeof status === 'number' ? { httpStatus: status } : {}),
    ...(typeof code === 'string' ? { systemCode: code } : {}),
  };
}
