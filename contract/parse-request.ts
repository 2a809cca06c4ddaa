import type * as z from 'zod';
import { type RejectReason, rejectReasons } from '../domain/reasons.ts';
import {
  requestLimits,
  requestShapes,
  type SendRequest,
  type StoredRequest,
  storedRequest,
} from './send-request.ts';

export type RequestProblem = {
  readonly reason: RejectReason;
  /** Where and what, for the app's developer; holds field names and limits, never mail content. */
  readonly detail: string;
  /** What could be read of a request that is not usable, so that its outcome can be looked up. */
  readonly id?: string;
  readonly tenant?: string;
};

export type ParsedRequest =
  | { readonly ok: true; readonly request: SendRequest | StoredRequest }
  | { readonly ok: false; readonly problem: RequestProblem };

/** Returns the request in a queue body, or the first reason why it cannot be used. */
export function parseRequest(body: string): ParsedRequest {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    return { ok: false, problem: { reason: 'invalid-json', detail: 'the body is not JSON' } };
  }
  if (!isRecord(given))
    return {
      ok: false,
      problem: { reason: 'invalid-json', detail: 'the body is JSON but no object' },
    };
  const hostile = findHostileStructure(given);
  if (hostile) return { ok: false, problem: { ...hostile, ...identify(given) } };
  const shape = chooseShape(given);
  if ('reason' in shape) return { ok: false, problem: { ...shape, ...identify(given) } };
  const parsed = shape.schema.safeParse(given);
  if (parsed.success) return { ok: true, request: parsed.data };
  return { ok: false, problem: { ...explain(parsed.error.issues, given), ...identify(given) } };
}

/**
 * Returns what no field's own check can see: JSON nested so deeply that checking it would exhaust the
 * stack, or a `__proto__` key, which zod would drop without a word. Walks without recursion.
 */
function findHostileStructure(given: Record<string, unknown>): RequestProblem | undefined {
  let level: readonly object[] = [given];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > requestLimits.nesting)
      return {
        reason: 'invalid-field',
        detail: `the request: nested more than ${requestLimits.nesting} levels deep`,
      };
    if (level.some((node) => Object.hasOwn(node, '__proto__')))
      return { reason: 'unknown-field', detail: 'the request: __proto__ cannot be a field name' };
    level = level.flatMap((node) => Object.values(node).filter(isObject));
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Returns the id and tenant of a body that may not be usable. */
function identify(given: Record<string, unknown>): { id?: string; tenant?: string } {
  const { id, tenant } = given;
  return {
    ...(typeof id === 'string' && /^[\x21-\x7e]{1,128}$/.test(id) ? { id } : {}),
    ...(typeof tenant === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(tenant) ? { tenant } : {}),
  };
}

function chooseShape(
  given: Record<string, unknown>,
): { schema: z.ZodType<SendRequest | StoredRequest> } | RequestProblem {
  const { version, kind, content } = given;
  if (version === undefined) return { reason: 'missing-field', detail: 'version: 1 is needed' };
  if (version !== 1) return { reason: 'unknown-version', detail: 'version: allowed is 1' };
  if (kind === undefined)
    return { reason: 'missing-field', detail: 'kind: message, batch or stored is needed' };
  if (kind === 'stored') return { schema: storedRequest };
  if (kind !== 'message' && kind !== 'batch')
    return { reason: 'unknown-kind', detail: 'kind: allowed are message, batch, stored' };
  if (!isRecord(content))
    return { reason: 'missing-field', detail: 'content: an object is needed' };
  if (kind === 'message' && 'raw' in content) return { schema: requestShapes.message.raw };
  return { schema: requestShapes[kind]['template' in content ? 'template' : 'inline'] };
}

function explain(
  issues: readonly z.core.$ZodIssue[],
  given: Record<string, unknown>,
): RequestProblem {
  const [issue] = issues;
  if (!issue) return { reason: 'invalid-field', detail: 'the request does not fit the schema' };
  const deepest = descend(issue);
  const path =
    printable([...issue.path, ...(deepest === issue ? [] : deepest.path)].join('.')) ||
    'the request';
  if (deepest.code === 'unrecognized_keys')
    return {
      reason: 'unknown-field',
      detail: `${path}: ${printable(deepest.keys.join(', '))} is not known`,
    };
  const named = /^([a-z-]+): (.*)$/s.exec(deepest.message);
  if (named?.[1] && isRejectReason(named[1]))
    return { reason: ofField(issue.path[0], named[1]), detail: `${path}: ${named[2]}` };
  if (deepest.code === 'invalid_type' && /received undefined/.test(deepest.message))
    return { reason: 'missing-field', detail: `${path}: is needed` };
  if (deepest.code === 'invalid_format' && deepest.format === 'datetime')
    return { reason: 'invalid-field', detail: `${path}: ${instantNeeded(given[path])}` };
  return { reason: 'invalid-field', detail: `${path}: ${deepest.message}` };
}

/** What looks like no time at all may be anything, so it is not repeated: the detail goes to logs. */
function instantNeeded(got: unknown): string {
  const shown = typeof got === 'string' && /^[\w:.+ -]{1,40}$/.test(got) ? `got ${got}; ` : '';
  return `${shown}allowed is an instant with its offset, such as 2026-03-01T09:00:00Z`;
}

/** An address is judged alike everywhere, but only `to` holds a recipient. */
function ofField(field: PropertyKey | undefined, reason: RejectReason): RejectReason {
  return field !== 'to' && reason.startsWith('recipient-') ? 'invalid-field' : reason;
}

/** A union's own message says nothing; the branch that got furthest does. */
function descend(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element')
    return issue.issues[0] ? descend(issue.issues[0]) : issue;
  if (issue.code !== 'invalid_union') return issue;
  const branches = issue.errors.map(([first]) => first).filter((first) => first !== undefined);
  const chosen = branches.find((first) => first.code !== 'invalid_type') ?? branches[0];
  return chosen ? descend(chosen) : issue;
}

/** Field names come from outside and go to logs and terminals. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}

function isRejectReason(text: string): text is RejectReason {
  return Object.hasOwn(rejectReasons, text);
}

function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}
