import type { CfnResource } from 'aws-cdk-lib';

/**
 * Makes CloudFormation create these one after another. SES answers one control call a second for the
 * whole account, so a deployment with many sets would throttle itself.
 * @see https://docs.aws.amazon.com/ses/latest/dg/quotas.html
 */
export function oneAtATime(resources: readonly CfnResource[]): void {
  for (const [index, resource] of resources.entries()) {
    const before = resources[index - 1];
    if (before) resource.addResourceDependency(before);
  }
}
