import type { JsonObject } from '../../aws.ts';
import { listOr, objectOr, stringAt } from '../../json-access.ts';
import {
  type ActionContext,
  type ActionMapping,
  jsonBody,
  jsonOperation,
  type ResourcesOf,
  unmapped,
} from './action-mapping.ts';

/**
 * Service and operation → the resources that the action of the same name needs.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
 */
const operations: Readonly<Record<string, ResourcesOf>> = {
  'events:PutEvents': (input, context) => [
    ...new Set(
      listOr(input['Entries']).map((entry) =>
        busArn(stringAt(objectOr(entry), 'EventBusName') ?? 'default', context),
      ),
    ),
  ],
  'secretsmanager:GetSecretValue': secretArn,
  'secretsmanager:DescribeSecret': secretArn,
  'secretsmanager:PutSecretValue': secretArn,
};

/** Maps the services of which functions use an operation or two: EventBridge, Secrets Manager. */
export const jsonActions: ActionMapping = (request, context) => {
  const action = `${request.service}:${jsonOperation(request)}`;
  const resourcesOf = operations[action];
  if (resourcesOf === undefined) {
    throw unmapped(request.service, jsonOperation(request), 'json-services.ts');
  }
  return resourcesOf(jsonBody(request), context).map((resource) => ({ action, resource }));
};

function busArn(bus: string, { place }: ActionContext): string {
  if (bus.startsWith('arn:')) return bus;
  return `arn:${place.partition}:events:${place.region}:${place.accountId}:event-bus/${bus}`;
}

function secretArn(input: JsonObject, context: ActionContext): readonly string[] {
  const id = stringAt(input, 'SecretId') ?? '';
  return [id.startsWith('arn:') ? id : context.secretArn(id)];
}
