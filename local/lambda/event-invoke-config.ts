import * as z from 'zod';
import type { Resource } from '../aws.ts';
import { readProperties, wholeNumber } from './resource-properties.ts';

/** How asynchronous events of one function are retried and where their records go. */
export type EventInvokeConfig = {
  readonly retriesMax: number;
  readonly ageSecondsMax: number;
  /** ARN of an SQS queue or a function. */
  readonly onSuccessArn: string | undefined;
  readonly onFailureArn: string | undefined;
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export const defaultEventInvokeConfig: EventInvokeConfig = {
  retriesMax: 2,
  ageSecondsMax: 21_600,
  onSuccessArn: undefined,
  onFailureArn: undefined,
};

const destination = z
  .object({
    Destination: z
      .string()
      .regex(/^arn:[^:]+:(sqs|lambda):/, 'destinations here are SQS queues and functions'),
  })
  .optional();

const configProperties = z.strictObject({
  FunctionName: z.string(),
  Qualifier: z.literal('$LATEST', 'versions and aliases do not exist here'),
  MaximumRetryAttempts: wholeNumber({ min: 0, max: 2 }).default(2),
  MaximumEventAgeInSeconds: wholeNumber({ min: 60, max: 21_600 }).default(21_600),
  DestinationConfig: z.strictObject({ OnSuccess: destination, OnFailure: destination }).optional(),
});

/** Reads one `AWS::Lambda::EventInvokeConfig`. */
export function defineEventInvokeConfig(resource: Resource): {
  readonly functionRef: string;
  readonly config: EventInvokeConfig;
} {
  const properties = readProperties(configProperties, resource);
  return {
    functionRef: properties.FunctionName,
    config: {
      retriesMax: properties.MaximumRetryAttempts,
      ageSecondsMax: properties.MaximumEventAgeInSeconds,
      onSuccessArn: properties.DestinationConfig?.OnSuccess?.Destination,
      onFailureArn: properties.DestinationConfig?.OnFailure?.Destination,
    },
  };
}
