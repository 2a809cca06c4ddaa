import type { AwsRequest, JsonObject } from '../../aws.ts';
import { asText, listOr, objectOr, stringAt } from '../../json-access.ts';
import type { ConditionKeys } from '../conditions.ts';
import {
  type ActionContext,
  type ActionMapping,
  jsonBody,
  type RequiredPermission,
  unmapped,
} from './action-mapping.ts';

type Route = {
  readonly method: string;
  readonly path: RegExp;
  readonly permissions: (
    request: AwsRequest,
    match: RegExpExecArray,
    context: ActionContext,
  ) => readonly RequiredPermission[];
};

const prefix = '^/v2/email/';

/**
 * SES v2 operations by method and path. An operation without a resource type of its own needs `*`.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_sesv2.html
 */
const routes: readonly Route[] = [
  { method: 'POST', path: path('outbound-emails'), permissions: sendEmail },
  { method: 'POST', path: path('outbound-bulk-emails'), permissions: sendBulkEmail },
  ...[
    onAnything('GET', path('account'), 'GetAccount'),
    onAnything('GET', path('suppression/addresses'), 'ListSuppressedDestinations'),
    onAnything('PUT', path('suppression/addresses'), 'PutSuppressedDestination'),
    onAnything('GET', path('suppression/addresses/([^/?]+)'), 'GetSuppressedDestination'),
    onAnything('DELETE', path('suppression/addresses/([^/?]+)'), 'DeleteSuppressedDestination'),
    onAnything('GET', path('dedicated-ips'), 'GetDedicatedIps'),
    onAnything('GET', path('dedicated-ips/([^/?]+)'), 'GetDedicatedIp'),
    onAnything('GET', path('dedicated-ip-pools'), 'ListDedicatedIpPools'),
    onAnything('GET', path('configuration-sets'), 'ListConfigurationSets'),
    onAnything('GET', path('identities'), 'ListEmailIdentities'),
    onAnything('GET', path('templates'), 'ListEmailTemplates'),
    onAnything('POST', path('metrics/batch'), 'BatchGetMetricData'),
  ],
  on('GET', path('configuration-sets/([^/?]+)'), 'GetConfigurationSet', 'configuration-set'),
  on(
    'PUT',
    path('configuration-sets/([^/?]+)/delivery-options'),
    'PutConfigurationSetDeliveryOptions',
    'configuration-set',
  ),
  on(
    'PUT',
    path('configuration-sets/([^/?]+)/sending'),
    'PutConfigurationSetSendingOptions',
    'configuration-set',
  ),
  on('GET', path('identities/([^/?]+)'), 'GetEmailIdentity', 'identity'),
  on('GET', path('templates/([^/?]+)'), 'GetEmailTemplate', 'template'),
  {
    method: 'PUT',
    path: path('dedicated-ips/([^/?]+)/pool'),
    permissions: moveDedicatedIp,
  },
  on('GET', path('dedicated-ip-pools/([^/?]+)'), 'GetDedicatedIpPool', 'dedicated-ip-pool'),
];

/** Maps SES v2 requests. */
export const sesActions: ActionMapping = (request, context) => {
  for (const route of routes) {
    const match = route.method === request.method ? route.path.exec(request.url) : null;
    if (match !== null) return route.permissions(request, match, context);
  }
  throw unmapped('ses', `${request.method} ${request.url}`, 'ses.ts');
};

function path(pattern: string): RegExp {
  return new RegExp(`${prefix}${pattern}/?(?:\\?|$)`);
}

function onAnything(method: string, pattern: RegExp, operation: string): Route {
  const permissions = [{ action: `ses:${operation}`, resource: '*' }];
  return { method, path: pattern, permissions: () => permissions };
}

function on(method: string, pattern: RegExp, operation: string, type: string): Route {
  return {
    method,
    path: pattern,
    permissions: (_request, match, context) => [
      {
        action: `ses:${operation}`,
        resource: sesArn(`${type}/${decodeURIComponent(match[1] ?? '')}`, context),
      },
    ],
  };
}

/** A move is judged by the pool that it leads to, which stands in the body. */
function moveDedicatedIp(
  request: AwsRequest,
  _match: RegExpExecArray,
  context: ActionContext,
): readonly RequiredPermission[] {
  const pool = stringAt(jsonBody(request), 'DestinationPoolName') ?? '';
  return [
    { action: 'ses:PutDedicatedIpInPool', resource: sesArn(`dedicated-ip-pool/${pool}`, context) },
  ];
}

/**
 * Raw content is judged under its old name: SES v2 answers a SendEmail with Raw content and without
 * `ses:SendRawEmail` by refusing exactly that action.
 * @see https://github.com/anymail/django-anymail/issues/384
 */
function sendEmail(
  request: AwsRequest,
  _match: RegExpExecArray,
  context: ActionContext,
): readonly RequiredPermission[] {
  const input = jsonBody(request);
  const content = objectOr(input['Content']);
  const action = content['Raw'] === undefined ? 'ses:SendEmail' : 'ses:SendRawEmail';
  return onSendingResources(action, { input, template: objectOr(content['Template']) }, context);
}

function sendBulkEmail(
  request: AwsRequest,
  _match: RegExpExecArray,
  context: ActionContext,
): readonly RequiredPermission[] {
  const input = jsonBody(request);
  const template = objectOr(objectOr(input['DefaultContent'])['Template']);
  return onSendingResources('ses:SendBulkEmail', { input, template }, context);
}

/** A send needs its action on the identity, on the configuration set and on a stored template. */
function onSendingResources(
  action: string,
  send: { readonly input: JsonObject; readonly template: JsonObject },
  context: ActionContext,
): readonly RequiredPermission[] {
  const { input, template } = send;
  const from = stringAt(input, 'FromEmailAddress') ?? '';
  const configurationSet = stringAt(input, 'ConfigurationSetName');
  const templateName = stringAt(template, 'TemplateName');
  const templateArn = stringAt(template, 'TemplateArn');
  const resources = [
    stringAt(input, 'FromEmailAddressIdentityArn') ??
      sesArn(`identity/${context.identityFor(from)}`, context),
    ...(configurationSet === undefined
      ? []
      : [sesArn(`configuration-set/${configurationSet}`, context)]),
    ...(templateName === undefined ? [] : [sesArn(`template/${templateName}`, context)]),
    ...(templateArn === undefined ? [] : [templateArn]),
  ];
  const conditionKeys = sendingKeys(input, from);
  return resources.map((resource) => ({ action, resource, conditionKeys }));
}

/** @see https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html */
function sendingKeys(input: JsonObject, from: string): ConditionKeys {
  const [, displayName, address] = /^(.*)<([^<>]+)>\s*$/.exec(from) ?? [undefined, '', from];
  const name = (displayName ?? '').trim().replace(/^"(.*)"$/, '$1');
  const feedback = stringAt(input, 'FeedbackForwardingEmailAddress');
  const destinations = [
    objectOr(input['Destination']),
    ...listOr(input['BulkEmailEntries']).map((entry) => objectOr(objectOr(entry)['Destination'])),
  ];
  return {
    'ses:apiversion': ['2'],
    'ses:fromaddress': [address ?? from],
    'ses:recipients': destinations.flatMap((one) =>
      Object.values(one).flatMap((list) => listOr(list).map(asText)),
    ),
    ...(name === '' ? {} : { 'ses:fromdisplayname': [name] }),
    ...(feedback === undefined ? {} : { 'ses:feedbackaddress': [feedback] }),
  };
}

function sesArn(resource: string, { place }: ActionContext): string {
  if (resource.startsWith('identity/arn:')) return resource.slice('identity/'.length);
  return `arn:${place.partition}:ses:${place.region}:${place.accountId}:${resource}`;
}
