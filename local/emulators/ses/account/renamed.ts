import type { Json, JsonObject } from '../../../aws.ts';

/** Old member name → new one, or new one with renamings of the members inside it. */
export type Renaming = {
  readonly [member: string]:
    | string
    | { readonly to: string; readonly members: Readonly<Record<string, string>> };
};

/** Returns an object with some members renamed, one level down as well; others stay as they are. */
export function renamed(value: JsonObject, renaming: Renaming): JsonObject {
  const entries = Object.entries(value).map(([name, member]): [string, Json] => {
    const rule = renaming[name];
    if (rule === undefined) return [name, member];
    if (typeof rule === 'string') return [rule, member];
    return [rule.to, isObject(member) ? renamed(member, rule.members) : member];
  });
  return Object.fromEntries(entries);
}

/** Whether a JSON value is an object. */
export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
