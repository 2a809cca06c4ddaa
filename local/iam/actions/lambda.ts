import type { Place } from '../../aws.ts';
import { type ActionContext, type ActionMapping, unmapped } from './action-mapping.ts';

type Route = {
  readonly method: string;
  readonly path: RegExp;
  readonly action: string;
  readonly resource: (name: string, context: ActionContext) => string;
};

const onFunction: Route['resource'] = (name, { place }) => functionArn(name, place);
const onMapping: Route['resource'] = (id, { place }) =>
  `arn:${place.partition}:lambda:${place.region}:${place.accountId}:event-source-mapping:${id}`;
const functions = /^\/2015-03-31\/functions\/([^/?]+)/;
const invocations = /^\/2015-03-31\/functions\/([^/?]+)\/invocations/;
const mapping = /^\/2015-03-31\/event-source-mappings\/([^/?]+)/;
const mappings = /^\/2015-03-31\/event-source-mappings\/?(?:\?|$)/;

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
const routes: readonly Route[] = [
  { method: 'POST', path: invocations, action: 'lambda:InvokeFunction', resource: onFunction },
  { method: 'GET', path: functions, action: 'lambda:GetFunction', resource: onFunction },
  { method: 'GET', path: mapping, action: 'lambda:GetEventSourceMapping', resource: onMapping },
  { method: 'PUT', path: mapping, action: 'lambda:UpdateEventSourceMapping', resource: onMapping },
  { method: 'GET', path: mappings, action: 'lambda:ListEventSourceMappings', resource: () => '*' },
];

/** Maps Lambda requests by method and path. */
export const lambdaActions: ActionMapping = (request, context) => {
  for (const { method, path, action, resource } of routes) {
    const match = method === request.method ? path.exec(request.url) : null;
    if (match === null) continue;
    return [{ action, resource: resource(decodeURIComponent(match[1] ?? ''), context) }];
  }
  throw unmapped('lambda', `${request.method} ${request.url}`, 'lambda.ts');
};

function functionArn(name: string, place: Place): string {
  if (name.startsWith('arn:')) return name;
  return `arn:${place.partition}:lambda:${place.region}:${place.accountId}:function:${name}`;
}
