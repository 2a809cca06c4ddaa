import { type ConditionKeys, holds } from './conditions.ts';
import type { Statement } from './statement.ts';
import { matchesWildcard } from './wildcard.ts';

/** One question to IAM: may this action be done on this resource? */
export type PermissionRequest = {
  readonly action: string;
  readonly resource: string;
  readonly conditionKeys?: ConditionKeys;
};

export type Decision = 'allowed' | 'explicitly denied' | 'not allowed';

/**
 * Returns what these identity-based statements say: a matching Deny wins, else a matching Allow,
 * else nothing is allowed.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(statements: readonly Statement[], request: PermissionRequest): Decision {
  const matching = statements.filter((statement) => applies(statement, request));
  if (matching.some((statement) => statement.effect === 'Deny')) return 'explicitly denied';
  return matching.length > 0 ? 'allowed' : 'not allowed';
}

/** Returns whether these statements allow the request. */
export function isAllowed(statements: readonly Statement[], request: PermissionRequest): boolean {
  return decide(statements, request) === 'allowed';
}

/** Returns whether the statement speaks about the request, whatever its effect. */
export function applies(statement: Statement, request: PermissionRequest): boolean {
  return (
    statement.actions.some((action) => matchesAction(action, request.action)) &&
    statement.resources.some((resource) => matchesWildcard(resource, request.resource)) &&
    statement.conditions.every((condition) => holds(condition, request.conditionKeys ?? {}))
  );
}

/** Action names are compared without regard to case, as in AWS. */
function matchesAction(pattern: string, action: string): boolean {
  return matchesWildcard(pattern.toLowerCase(), action.toLowerCase());
}
