import type { Resource } from '../../aws.ts';

/**
 * Refuses a resource that asks for a property outside these, so that nothing of a template is
 * dropped unseen.
 */
export function refuseUnknownProperties(resource: Resource, known: readonly string[]): void {
  const unknown = Object.keys(resource.properties).filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    throw new Error(
      `${resource.type} ${resource.logicalId} asks for ${unknown.join(', ')}, which the box does not support; supported are: ${known.join(', ')}`,
    );
  }
}
