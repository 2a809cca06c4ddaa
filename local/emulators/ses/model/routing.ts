import type { AwsRequest } from '../../../aws.ts';
import { refuse } from '../errors.ts';
import { type MemberShape, type OperationShape, operationShapes } from './sdk-shapes.ts';

type Route = { readonly operation: OperationShape; readonly input: Record<string, unknown> };

const withoutLabels = new Map<string, OperationShape>();
const withLabels = new Map<string, OperationShape[]>();
for (const operation of operationShapes.values()) {
  const key = `${operation.method} /${operation.path.join('/')}`;
  if (!key.includes('{')) withoutLabels.set(key, operation);
  const group = `${operation.method} ${operation.path.length}`;
  withLabels.set(group, [...(withLabels.get(group) ?? []), operation]);
}

/** Finds the SES v2 operation of an HTTP request and gathers its members from path, query and body. */
export function route(request: AwsRequest): Route {
  const [path = '', query = ''] = request.url.split('?', 2);
  const operation =
    withoutLabels.get(`${request.method} ${path}`) ?? findByLabels(request.method, path);
  if (operation === undefined) {
    const text = `No SES v2 operation has the path ${request.method} ${path}`;
    return refuse('UnknownOperationException', text);
  }
  const input = readBody(request.body);
  if (operation.path.some(isLabel)) readLabels(operation, path, input);
  if (query !== '') readQuery(operation, query, input);
  return { operation, input };
}

function findByLabels(method: string, path: string): OperationShape | undefined {
  const segments = path.split('/').slice(1);
  const fits = (operation: OperationShape): boolean =>
    operation.path.every((part, position) => isLabel(part) || part === segments[position]);
  return withLabels.get(`${method} ${segments.length}`)?.find(fits);
}

function isLabel(part: string): boolean {
  return part.startsWith('{');
}

function readBody(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return Object.fromEntries(Object.entries(parsed));
    }
  } catch {
    // Bad JSON and JSON that is no object get the same answer, as from SES.
  }
  return refuse('SerializationException', null);
}

function readLabels(operation: OperationShape, path: string, input: Record<string, unknown>): void {
  const segments = path.split('/').slice(1);
  for (const [position, part] of operation.path.entries()) {
    if (!isLabel(part)) continue;
    input[part.slice(1, -1)] = decodeURIComponent(segments[position] ?? '');
  }
}

function readQuery(operation: OperationShape, query: string, input: Record<string, unknown>): void {
  const parameters = new URLSearchParams(query);
  for (const [name, member] of operation.input.members) {
    if (typeof member.from !== 'object' || !parameters.has(member.from.query)) continue;
    input[name] = readParameter(member, parameters.getAll(member.from.query));
  }
}

function readParameter(member: MemberShape, texts: readonly string[]): unknown {
  const [text = ''] = texts;
  if (member.shape.kind === 'list') return texts;
  if (member.shape.kind === 'number') return Number.isNaN(Number(text)) ? text : Number(text);
  if (member.shape.kind === 'timestamp') {
    const at = Date.parse(text);
    return Number.isNaN(at) ? text : at / 1000;
  }
  return text;
}
