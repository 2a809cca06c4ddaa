import type { Json } from '../aws.ts';

const logs: Json = {
  Effect: 'Allow',
  Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: '*',
};

/**
 * The AWS managed policies that the box knows, by the end of their ARN.
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
export const managedPolicies: Readonly<Record<string, Json>> = {
  'service-role/AWSLambdaBasicExecutionRole': { Statement: [logs] },
  'service-role/AWSLambdaSQSQueueExecutionRole': {
    Statement: [
      {
        Effect: 'Allow',
        Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        Resource: '*',
      },
      logs,
    ],
  },
  AWSXRayDaemonWriteAccess: {
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'xray:PutTraceSegments',
          'xray:PutTelemetryRecords',
          'xray:GetSamplingRules',
          'xray:GetSamplingTargets',
          'xray:GetSamplingStatisticSummaries',
        ],
        Resource: '*',
      },
    ],
  },
};
