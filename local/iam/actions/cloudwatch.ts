import type { JsonObject } from '../../aws.ts';
import { asText, listOr, stringAt } from '../../json-access.ts';
import {
  type ActionContext,
  type ActionMapping,
  jsonBody,
  jsonOperation,
  type ResourcesOf,
  unmapped,
} from './action-mapping.ts';

const anything: ResourcesOf = () => ['*'];
const oneAlarm: ResourcesOf = (input, context) => [
  alarmArn(stringAt(input, 'AlarmName') ?? '*', context),
];
const severalAlarms: ResourcesOf = (input, context) =>
  listOr(input['AlarmNames']).map((name) => alarmArn(asText(name), context));

/**
 * Operation → the resources that the action of the same name needs; calls about metrics have none. A
 * list of composite alarms needs the permission on everything.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
 */
const operations: Readonly<Record<string, ResourcesOf>> = {
  DescribeAlarms: anything,
  DescribeAlarmHistory: anything,
  GetMetricData: anything,
  GetMetricStatistics: anything,
  ListMetrics: anything,
  PutMetricData: anything,
  PutMetricAlarm: oneAlarm,
  PutCompositeAlarm: oneAlarm,
  SetAlarmState: oneAlarm,
  DeleteAlarms: severalAlarms,
  EnableAlarmActions: severalAlarms,
  DisableAlarmActions: severalAlarms,
  ListDashboards: anything,
  GetDashboard: dashboard,
  PutDashboard: dashboard,
};

/** Maps CloudWatch, which signs as `monitoring` and has actions of `cloudwatch`. */
export const cloudwatchActions: ActionMapping = (request, context) => {
  const operation = jsonOperation(request);
  const resourcesOf = operations[operation];
  if (resourcesOf === undefined) throw unmapped('monitoring', operation, 'cloudwatch.ts');
  const keys = conditionKeys(jsonBody(request), operation);
  return resourcesOf(jsonBody(request), context).map((resource) => ({
    action: `cloudwatch:${operation}`,
    resource,
    ...keys,
  }));
};

/** A policy may bind PutMetricData to a namespace, in the only way that it can be bound. */
function conditionKeys(input: JsonObject, operation: string) {
  const namespace = stringAt(input, 'Namespace');
  if (operation !== 'PutMetricData' || namespace === undefined) return {};
  return { conditionKeys: { 'cloudwatch:namespace': [namespace] } };
}

function alarmArn(name: string, { place }: ActionContext): string {
  return `arn:${place.partition}:cloudwatch:${place.region}:${place.accountId}:alarm:${name}`;
}

function dashboard(input: JsonObject, { place }: ActionContext): readonly string[] {
  const name = stringAt(input, 'DashboardName') ?? '*';
  return [`arn:${place.partition}:cloudwatch::${place.accountId}:dashboard/${name}`];
}
