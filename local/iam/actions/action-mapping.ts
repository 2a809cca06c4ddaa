import type { AwsRequest, JsonObject, Place } from '../../aws.ts';
import { objectOr, parseJson } from '../../json-access.ts';
import type { PermissionRequest } from '../evaluate.ts';

export type RequiredPermission = PermissionRequest;

export type ActionContext = {
  readonly place: Place;
  /** Returns the verified SES identity that covers a From address: a domain or an address. */
  readonly identityFor: (from: string) => string;
  /** Returns the ARN of the secret of this name: AWS's have six random characters at their end. */
  readonly secretArn: (name: string) => string;
};

/** Returns the permissions that one request of a service needs. */
export type ActionMapping = (
  request: AwsRequest,
  context: ActionContext,
) => readonly RequiredPermission[];

/** Returns the ARNs that a request names, or `*`. */
export type ResourcesOf = (input: JsonObject, context: ActionContext) => readonly string[];

/** Returns the operation of an AWS JSON request, from its X-Amz-Target header. */
export function jsonOperation(request: AwsRequest): string {
  const target = request.headers['x-amz-target'] ?? '';
  return target.slice(target.lastIndexOf('.') + 1);
}

/** Returns the JSON object in the body, or an empty one. */
export function jsonBody(request: AwsRequest): JsonObject {
  return objectOr(parseJson(request.body.toString()));
}

/** Returns the error for an operation that a table lacks. */
export function unmapped(service: string, operation: string, file: string): Error {
  return new Error(
    `the box's IAM does not know which action ${service} ${operation} needs: extend local/iam/actions/${file}`,
  );
}
