import type { JsonObject } from '../aws.ts';
import { asText, listOr, objectOr, stringAt } from '../json-access.ts';
import { refuseUnknownCondition } from './conditions.ts';
import { managedPolicies } from './managed-policies.ts';
import { parsePolicy, type Statement } from './statement.ts';

/** One created resource of the template, with its properties resolved. */
export type CreatedResource = {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  readonly ref: string;
};

/** What the role of one function allows it. */
export type Grant = { readonly roleName: string; readonly statements: readonly Statement[] };

/**
 * Returns, by function name, what each function's role allows: the role's inline policies and
 * every policy of the template or of AWS that is attached to it.
 * @throws on a policy that the box cannot judge.
 */
export function grantsOf(resources: readonly CreatedResource[]): ReadonlyMap<string, Grant> {
  const byRole = new Map(
    resources
      .filter((one) => one.type === 'AWS::IAM::Role')
      .map((role) => [role.ref, statementsOfRole(role, resources)] as const),
  );
  return new Map(
    resources
      .filter((one) => one.type === 'AWS::Lambda::Function')
      .map((one) => {
        const roleName = nameOfRole(stringAt(one.properties, 'Role') ?? '');
        const statements = byRole.get(roleName);
        if (statements === undefined) {
          throw new Error(
            `function ${one.logicalId} runs as role ${roleName}, which the template does not define`,
          );
        }
        return [one.ref, { roleName, statements }] as const;
      }),
  );
}

function statementsOfRole(
  role: CreatedResource,
  resources: readonly CreatedResource[],
): readonly Statement[] {
  if (role.properties['PermissionsBoundary'] !== undefined) {
    throw new Error(
      `role ${role.logicalId} has a PermissionsBoundary, which the box does not evaluate`,
    );
  }
  const inline = listOr(role.properties['Policies']).flatMap((policy) => {
    const { PolicyDocument, PolicyName = role.logicalId } = objectOr(policy);
    return parsePolicy(PolicyDocument, asText(PolicyName));
  });
  const attached = resources
    .filter((one) => isAttached(one, role))
    .flatMap((policy) => parsePolicy(policy.properties['PolicyDocument'], policy.logicalId));
  const managed = listOr(role.properties['ManagedPolicyArns'])
    .map(asText)
    .flatMap((arn) => managedStatements(arn, resources));
  const statements = [...inline, ...attached, ...managed];
  for (const { conditions, source } of statements) {
    for (const condition of conditions) refuseUnknownCondition(condition, source);
  }
  return statements;
}

function isAttached(policy: CreatedResource, role: CreatedResource): boolean {
  const { Roles, RoleName } = policy.properties;
  switch (policy.type) {
    case 'AWS::IAM::Policy':
    case 'AWS::IAM::ManagedPolicy':
      return listOr(Roles).includes(role.ref);
    case 'AWS::IAM::RolePolicy':
      return RoleName === role.ref;
    default:
      return false;
  }
}

function managedStatements(
  arn: string,
  resources: readonly CreatedResource[],
): readonly Statement[] {
  const own = resources.find((one) => one.type === 'AWS::IAM::ManagedPolicy' && one.ref === arn);
  if (own !== undefined) return parsePolicy(own.properties['PolicyDocument'], own.logicalId);
  const name = arn.slice(arn.indexOf(':policy/') + ':policy/'.length);
  const document = managedPolicies[name];
  if (document === undefined) {
    throw new Error(
      `managed policy ${arn} is not known to the box, known are: ${Object.keys(managedPolicies).join(', ')}; extend local/iam/managed-policies.ts`,
    );
  }
  return parsePolicy(document, name);
}

function nameOfRole(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
