import type { AwsRequest, AwsResponse } from '../aws.ts';
import { accessDenied } from '../aws-error.ts';
import type { ActionContext, RequiredPermission } from './actions/action-mapping.ts';
import { requiredPermissions } from './actions.ts';
import type { ConditionKeys } from './conditions.ts';
import { type Decision, decide } from './evaluate.ts';
import type { Grant } from './grants.ts';

/** How often a function asked for one action on one resource, and whether it may. */
export type RecordedCall = {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly count: number;
  readonly decision: Decision;
};

export type Authorizer = {
  /** Returns the refusal, or nothing when the request may go on. */
  readonly authorize: (request: AwsRequest) => AwsResponse | undefined;
  /** What the functions asked for so far; the owner's requests are not recorded. */
  readonly calls: () => readonly RecordedCall[];
  /** Forgets every decision; to be called when roles or policies were added. */
  readonly reconsider: () => void;
};

type Entry = {
  readonly action: string;
  readonly resource: string;
  count: number;
  decision: Decision;
  /** Never set where a condition might judge the next request otherwise. */
  isSettled: boolean;
};

/** Function name → `action|resource` → entry. */
type Entries = Map<string, Map<string, Entry>>;

/** Access key ids of functions begin so; what follows is the function's name. */
export const functionPrincipalPrefix = 'FN-';

/**
 * Returns the judge of requests: a function may do what its role allows, every other caller is the
 * laptop's owner and may do anything.
 */
export function createAuthorizer(
  options: ActionContext & { readonly grants: () => ReadonlyMap<string, Grant> },
): Authorizer {
  const entries: Entries = new Map();
  const generalKeys = generalKeysOf(options);

  const judge = (functionName: string, permission: RequiredPermission): Entry => {
    const entry = entryFor(entries, functionName, permission);
    entry.count += 1;
    if (entry.isSettled) return entry;
    const grant = options.grants().get(functionName);
    const statements = grant?.statements ?? [];
    const conditionKeys = { ...generalKeys, ...permission.conditionKeys };
    entry.decision = decide(statements, { ...permission, conditionKeys });
    entry.isSettled = !statements.some((statement) => statement.conditions.length > 0);
    return entry;
  };

  return {
    authorize: (request) => {
      if (!request.principal.startsWith(functionPrincipalPrefix)) return undefined;
      const functionName = request.principal.slice(functionPrincipalPrefix.length);
      let refused: Entry | undefined;
      for (const permission of requiredPermissions(request, options)) {
        const entry = judge(functionName, permission);
        if (entry.decision !== 'allowed') refused ??= entry;
      }
      if (refused === undefined) return undefined;
      const role = options.grants().get(functionName)?.roleName ?? 'unknown';
      return accessDenied(request.service, refusal(refused, { role, functionName, options }));
    },
    calls: () =>
      [...entries].flatMap(([principal, ofPrincipal]) =>
        [...ofPrincipal.values()].map(({ isSettled: _isSettled, ...call }) => ({
          principal,
          ...call,
        })),
      ),
    reconsider: () => {
      for (const ofPrincipal of entries.values()) {
        for (const entry of ofPrincipal.values()) entry.isSettled = false;
      }
    },
  };
}

function entryFor(entries: Entries, functionName: string, permission: RequiredPermission): Entry {
  let ofFunction = entries.get(functionName);
  if (ofFunction === undefined) {
    ofFunction = new Map();
    entries.set(functionName, ofFunction);
  }
  const { action, resource } = permission;
  const key = `${action}|${resource}`;
  let entry = ofFunction.get(key);
  if (entry === undefined) {
    entry = { action, resource, count: 0, decision: 'not allowed', isSettled: false };
    ofFunction.set(key, entry);
  }
  return entry;
}

function generalKeysOf({ place }: ActionContext): ConditionKeys {
  return {
    'aws:principalaccount': [place.accountId],
    'aws:requestedregion': [place.region],
    // In AWS every SDK call goes over TLS; that the box has none is no difference a policy may see.
    'aws:securetransport': ['true'],
  };
}

function refusal(
  entry: Entry,
  who: { readonly role: string; readonly functionName: string; readonly options: ActionContext },
): string {
  const { partition, accountId } = who.options.place;
  const user = `arn:${partition}:sts::${accountId}:assumed-role/${who.role}/${who.functionName}`;
  const why =
    entry.decision === 'explicitly denied'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${entry.action} action`;
  return `User: ${user} is not authorized to perform: ${entry.action} on resource: ${entry.resource} ${why}`;
}
