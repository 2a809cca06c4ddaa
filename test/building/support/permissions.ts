import * as z from 'zod';
import { type Built, text } from './template.ts';

/** One allowed action on one resource; references in angle brackets. */
export type Permission = { readonly action: string; readonly resource: string };

const oneOrMore = z
  .union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())])
  .transform((value) => (Array.isArray(value) ? value : [value]).map(text));

const policy = z.object({
  PolicyDocument: z.object({
    Statement: z.array(z.object({ Effect: z.string(), Action: oneOrMore, Resource: oneOrMore })),
  }),
  Roles: z.array(z.unknown()).default([]),
});

/** Returns what a function may do, by its physical name; the inline policies of its role together. */
export function permissionsOf(built: Built, functionName: string): readonly Permission[] {
  const fn = built.named('AWS::Lambda::Function', 'FunctionName', functionName);
  const role = text(fn.Properties['Role']).replace(/^<(.*)\.Arn>$/, '<$1>');
  return built
    .ofType('AWS::IAM::Policy')
    .map(([, { Properties }]) => policy.parse(Properties))
    .filter(({ Roles }) => Roles.map(text).includes(role))
    .flatMap(permissions);
}

/** Returns what every policy of identities in the template allows together. */
export function everyPermission(built: Built): readonly Permission[] {
  return [...built.ofType('AWS::IAM::Policy'), ...built.ofType('AWS::IAM::ManagedPolicy')].flatMap(
    ([, { Properties }]) => permissions(policy.parse(Properties)),
  );
}

/** Returns the physical names of every function. */
export function functionNames(built: Built): readonly string[] {
  return built
    .ofType('AWS::Lambda::Function')
    .map(([, { Properties }]) => text(Properties['FunctionName']));
}

function permissions({ PolicyDocument }: z.output<typeof policy>): readonly Permission[] {
  return PolicyDocument.Statement.flatMap(({ Effect, Action, Resource }) => {
    if (Effect !== 'Allow') throw new Error(`a role's policy says ${Effect}; roles only allow`);
    return Action.flatMap((action) => Resource.map((resource) => ({ action, resource })));
  });
}
