import type { Json, JsonObject } from '../aws.ts';
import { asText, isObject, listOr } from '../json-access.ts';

export type ConditionEvaluator = {
  /** Returns whether the named condition holds. */
  readonly named: (name: string) => boolean;
};

type Resolve = (value: Json) => Json | undefined;
type ConditionFunction = (parts: readonly Json[], self: Evaluation) => boolean;
type Evaluation = { readonly evaluate: (value: Json) => boolean; readonly resolve: Resolve };

/**
 * Returns the evaluator of a template's `Conditions` section.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
 */
export function createConditions(conditions: JsonObject, resolve: Resolve): ConditionEvaluator {
  const known = new Map<string, boolean | 'underway'>();
  const named = (name: string): boolean => {
    const before = known.get(name);
    if (before === 'underway') throw new Error(`condition ${name} refers to itself`);
    if (before !== undefined) return before;
    const body = conditions[name];
    if (body === undefined) {
      throw new Error(
        `condition ${name} is not in the template, known are: ${Object.keys(conditions).join(', ') || 'none'}`,
      );
    }
    known.set(name, 'underway');
    const answer = evaluate(body);
    known.set(name, answer);
    return answer;
  };
  const evaluate = (value: Json): boolean => {
    const [name = '', argument = null] = isObject(value) ? (Object.entries(value)[0] ?? []) : [];
    if (name === 'Condition') return named(asText(argument));
    const apply = functions[name];
    if (apply === undefined) {
      throw new Error(
        `${JSON.stringify(value)} is not a condition, known are: Condition, ${Object.keys(functions).join(', ')}`,
      );
    }
    return apply(listOr(argument), { evaluate, resolve });
  };
  return { named };
}

const functions: Readonly<Record<string, ConditionFunction>> = {
  'Fn::Equals': ([left = null, right = null], { resolve }) =>
    JSON.stringify(text(resolve(left))) === JSON.stringify(text(resolve(right))),
  'Fn::And': (parts, { evaluate }) => parts.every(evaluate),
  'Fn::Or': (parts, { evaluate }) => parts.some(evaluate),
  'Fn::Not': ([part = null], { evaluate }) => !evaluate(part),
};

/** CloudFormation compares scalars as strings. */
function text(value: Json | undefined): Json | undefined {
  return value === undefined || typeof value === 'object' ? value : String(value);
}
