import * as z from 'zod';
import type { Json, Resource } from '../aws.ts';

/**
 * Reads the properties of a CloudFormation resource through a schema; a strict schema names every
 * property the box understands, so that one it does not know stops the start and is not ignored.
 *
 * @throws Error naming the resource, the property, the value got and what is allowed.
 */
export function readProperties<Schema extends z.ZodType>(
  schema: Schema,
  resource: Resource,
): z.output<Schema> {
  const parsed = schema.safeParse(resource.properties);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => describe(issue, resource.properties));
  throw new Error(`${resource.type} ${resource.logicalId}: ${problems.join('; ')}`);
}

/** A whole number within bounds; templates also write numbers as strings. */
export function wholeNumber(bounds: { readonly min: number; readonly max: number }) {
  return z.coerce.number().int().min(bounds.min).max(bounds.max);
}

/** A boolean; templates also write `'true'` and `'false'`. */
export const booleanProperty = z.union([z.boolean(), z.stringbool()]);

/** A property that changes nothing in the box, of any shape. */
export const acceptedUnread = z.unknown().optional();

function describe(issue: z.core.$ZodIssue, properties: Json): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => (path ? `${path}.${key}` : key)).join(', ');
    return `property ${keys} is not supported by the local runtime: remove it, or teach it there`;
  }
  const got = issue.path.reduce<unknown>((value, key) => childOf(value, key), properties);
  return `property ${path}: ${issue.message}, got ${JSON.stringify(got) ?? 'nothing'}`;
}

function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
