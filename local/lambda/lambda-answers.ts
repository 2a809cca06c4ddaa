import type { AwsResponse } from '../aws.ts';
import { awsError } from '../aws-error.ts';
import type { LambdaFunction } from './function-definition.ts';
import type { Functions } from './functions.ts';

/** What a request path and its query name. */
export type RequestTarget = { readonly id: string; readonly query: URLSearchParams };

/** The function a request names; none for a version or an alias. */
export function findFunction(functions: Functions, url: RequestTarget): LambdaFunction | undefined {
  const qualifier = url.query.get('Qualifier') ?? '$LATEST';
  return qualifier === '$LATEST' ? functions.find(url.id) : undefined;
}

/** The answer when there is no such function. */
export function noFunction(name: string): AwsResponse {
  return failure(404, 'ResourceNotFoundException', `Function not found: ${name}`);
}

/** A refusal in the protocol of service `lambda`. */
export function failure(status: number, code: string, message: string): AwsResponse {
  return awsError('lambda', { status, code, message });
}
