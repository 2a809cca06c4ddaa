import type { AwsResponse } from '../../aws.ts';

/** Code in the older Query protocol → name of the exception in the JSON protocol. */
const shapes = {
  InvalidParameterValue: 'InvalidParameterValueException',
  InvalidParameterCombination: 'InvalidParameterCombinationException',
  InvalidParameterInput: 'DashboardInvalidInputError',
  MissingParameter: 'MissingRequiredParameterException',
  ResourceNotFound: 'ResourceNotFound',
  ValidationError: 'ValidationError',
  LimitExceeded: 'LimitExceededFault',
  UnknownOperationException: 'UnknownOperationException',
  InvalidNextToken: 'InvalidNextToken',
} as const;

/** Codes as AWS's documentation lists them. */
export type CloudwatchCode = keyof typeof shapes;

/** A call that CloudWatch refuses. */
export class CloudwatchError extends Error {
  readonly code: CloudwatchCode;

  constructor(code: CloudwatchCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Returns a refusal as the SDK reads it: the exception's name in the body, the older code in a header.
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait
 */
export function refusal({ code, message }: CloudwatchError): AwsResponse {
  const status = code === 'ResourceNotFound' ? 404 : 400;
  return {
    status,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-query-error': `${code};Sender`,
    },
    body: JSON.stringify({ __type: `com.amazonaws.cloudwatch#${shapes[code]}`, message }),
  };
}
