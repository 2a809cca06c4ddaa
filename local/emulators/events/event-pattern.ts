import type { Json, JsonObject } from '../../aws.ts';
import { isList, isObject } from '../../json-access.ts';
import { compileCondition, type LeafCondition } from './pattern-condition.ts';

/** Whether an event is one the pattern describes. */
export type EventMatcher = (event: Json) => boolean;

/**
 * Compiles an EventBridge event pattern: exact values, prefix, suffix, equals-ignore-case,
 * wildcard, anything-but, exists, numeric, nesting, and `$or`.
 *
 * In a list of objects one and the same object has to match all of a nested pattern.
 *
 * @throws Error when the pattern has an operator that EventBridge, or the box, does not know.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function compilePattern(pattern: JsonObject): EventMatcher {
  const matchers = Object.entries(pattern).map(([key, value]): EventMatcher => {
    if (key === '$or') return compileOr(value);
    const matches = compileField(key, value);
    return (event) => isObject(event) && matches(event[key]);
  });
  return (event) => matchers.every((matches) => matches(event));
}

function compileOr(alternatives: Json): EventMatcher {
  if (!isList(alternatives) || alternatives.length < 2) {
    throw new Error(
      `event pattern: $or got ${JSON.stringify(alternatives)}, allowed is a list of two or more patterns`,
    );
  }
  const matchers = alternatives.map((one) => {
    if (isObject(one)) return compilePattern(one);
    throw new Error(`event pattern: $or got ${JSON.stringify(one)}, allowed are objects`);
  });
  return (event) => matchers.some((matches) => matches(event));
}

function compileField(key: string, value: Json): (field: Json | undefined) => boolean {
  if (isObject(value)) {
    const matches = compilePattern(value);
    // What is no object has none of the fields, which is what an absent field may ask for.
    const nested = (field: Json | undefined): boolean =>
      isList(field) && field.length > 0
        ? field.some(nested)
        : matches(isObject(field) ? field : {});
    return nested;
  }
  if (!isList(value) || value.length === 0) {
    throw new Error(
      `event pattern: ${key} got ${JSON.stringify(value)}, allowed is a list of values or an object: ` +
        `write [${JSON.stringify(value)}]`,
    );
  }
  const conditions = value.map((condition) => compileCondition(key, condition));
  return (field) => {
    const leaves = leavesOf(field);
    return conditions.some((condition) => matchesLeaves(condition, leaves));
  };
}

function matchesLeaves(condition: LeafCondition, leaves: readonly Json[]): boolean {
  if (condition.kind === 'absent') return leaves.length === 0;
  return leaves.some(condition.matches);
}

/** A list stands for each of its values; an object is no leaf, and neither is what is missing. */
function leavesOf(field: Json | undefined): readonly Json[] {
  if (field === undefined || isObject(field)) return [];
  return isList(field) ? field.flatMap(leavesOf) : [field];
}
