import type { AwsRequest } from '../aws.ts';
import type { ActionContext, ActionMapping, RequiredPermission } from './actions/action-mapping.ts';
import { cloudwatchActions } from './actions/cloudwatch.ts';
import { dynamodbActions } from './actions/dynamodb.ts';
import { jsonActions } from './actions/json-services.ts';
import { lambdaActions } from './actions/lambda.ts';
import { s3Actions } from './actions/s3.ts';
import { sesActions } from './actions/ses.ts';
import { snsActions } from './actions/sns.ts';
import { sqsActions } from './actions/sqs.ts';

/** SigV4 service name → which IAM actions a request of that service needs. */
const mappings: Readonly<Record<string, ActionMapping>> = {
  dynamodb: dynamodbActions,
  events: jsonActions,
  lambda: lambdaActions,
  monitoring: cloudwatchActions,
  s3: s3Actions,
  secretsmanager: jsonActions,
  ses: sesActions,
  sns: snsActions,
  sqs: sqsActions,
  // Anyone may ask who they are.
  sts: () => [],
};

/**
 * Returns every permission that the request needs; all of them must be allowed.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 * @throws for an operation that no table maps.
 */
export function requiredPermissions(
  request: AwsRequest,
  context: ActionContext,
): readonly RequiredPermission[] {
  const mapping = mappings[request.service];
  if (mapping === undefined) {
    throw new Error(
      `the box's IAM does not know service ${request.service}: extend local/iam/actions.ts`,
    );
  }
  return mapping(request, context);
}
