import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import * as z from 'zod';

/**
 * Every wildcard that a permission of this pipeline ends in, and why nothing narrower would do.
 * A test compares the table with the template.
 */
export const wildcards = {
  contentFolder:
    'objects of one folder: their keys are made at run time, the folder is the permission',
  sesTemplates:
    'apps create templates in SES while the pipeline runs and name them in their requests',
  sesRecipients:
    "in SES's sandbox IAM is asked about the recipient's verified identity too, and recipients are known at run time; a condition allows only mail from our own senders",
  sesAccount: 'these SES calls concern the account and know no resource to name',
  alarms: 'CloudWatch shows composite alarms only to whom it shows all alarms',
} as const;
export type Wildcard = keyof typeof wildcards;

/** Accepts findings of the security rules for one construct, each with the reason that makes it right. */
export function acknowledge(
  construct: IConstruct,
  findings: Readonly<Record<string, string>>,
): void {
  for (const [id, reason] of Object.entries(findings))
    Validations.of(construct).acknowledge({ id, reason });
}

/** Accepts permissions on exactly these wildcard ARNs below one construct. */
export function acknowledgeWildcards(
  construct: IConstruct,
  arns: readonly string[],
  wildcard: Wildcard,
): void {
  const stack = Stack.of(construct);
  for (const arn of arns) {
    const id = `AwsSolutions-IAM5[Resource::${asFinding(stack.resolve(arn))}]`;
    acknowledge(construct, { [id]: wildcards[wildcard] });
  }
}

/** Writes a resolved ARN as cdk-nag names it in a finding: references in angle brackets. */
function asFinding(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = reference.parse(value);
  if (Ref !== undefined) return `<${Ref}>`;
  if (attribute) return `<${attribute.join('.')}>`;
  return (join?.[1] ?? []).map(asFinding).join(join?.[0] ?? '');
}

const reference = z.object({
  Ref: z.exactOptional(z.string()),
  'Fn::GetAtt': z.exactOptional(z.array(z.string())),
  'Fn::Join': z.exactOptional(z.tuple([z.string(), z.array(z.unknown())])),
});
