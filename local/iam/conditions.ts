import type { Condition } from './statement.ts';
import { matchesWildcard } from './wildcard.ts';

/** Condition keys of a request, lower-cased, each with its values. */
export type ConditionKeys = Readonly<Record<string, readonly string[]>>;

type Comparison = (actual: string, wanted: string) => boolean;
type Operator = { readonly compare: Comparison; readonly isNegated: boolean };

const equals: Comparison = (actual, wanted) => actual === wanted;
const equalsIgnoringCase: Comparison = (actual, wanted) =>
  actual.toLowerCase() === wanted.toLowerCase();
const like: Comparison = (actual, wanted) => matchesWildcard(wanted, actual);

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators: Readonly<Record<string, Operator>> = {
  StringEquals: { compare: equals, isNegated: false },
  StringNotEquals: { compare: equals, isNegated: true },
  StringEqualsIgnoreCase: { compare: equalsIgnoringCase, isNegated: false },
  StringNotEqualsIgnoreCase: { compare: equalsIgnoringCase, isNegated: true },
  StringLike: { compare: like, isNegated: false },
  StringNotLike: { compare: like, isNegated: true },
  ArnEquals: { compare: like, isNegated: false },
  ArnLike: { compare: like, isNegated: false },
  ArnNotEquals: { compare: like, isNegated: true },
  ArnNotLike: { compare: like, isNegated: true },
  Bool: { compare: equalsIgnoringCase, isNegated: false },
};

/** The condition keys that the box knows of a request; `iam/actions/` sets those of a service. */
const knownKeys = [
  'aws:PrincipalAccount',
  'aws:RequestedRegion',
  'aws:SecureTransport',
  'ses:ApiVersion',
  'ses:FeedbackAddress',
  'ses:FromAddress',
  'ses:FromDisplayName',
  'ses:Recipients',
  's3:delimiter',
  's3:prefix',
];

type ParsedOperator =
  | { readonly kind: 'null' }
  | (Operator & {
      readonly kind: 'compare';
      readonly set: 'ForAllValues' | 'ForAnyValue' | 'single';
      readonly ifExists: boolean;
    });

/** @throws when the condition has an operator or a key that the box cannot judge. */
export function refuseUnknownCondition(condition: Condition, source: string): void {
  parseOperator(condition.operator, source);
  if (!knownKeys.some((key) => key.toLowerCase() === condition.key.toLowerCase())) {
    throw new Error(
      `policy ${source} has a condition on ${condition.key}, which the box does not know of a request, known are: ${knownKeys.join(', ')}; extend local/iam/conditions.ts`,
    );
  }
}

/**
 * Returns whether the condition holds. An absent key fails a plain operator, holds for a negated
 * one, for `…IfExists` and for `ForAllValues`.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
export function holds(condition: Condition, keys: ConditionKeys): boolean {
  const operator = parseOperator(condition.operator, '');
  const actual = keys[condition.key.toLowerCase()];
  if (operator.kind === 'null') {
    const wantsAbsent = condition.values.includes('true');
    return wantsAbsent === (actual === undefined);
  }
  if (actual === undefined || actual.length === 0) {
    return operator.ifExists || operator.set === 'ForAllValues' || operator.isNegated;
  }
  const fits = (value: string): boolean =>
    condition.values.some((wanted) => operator.compare(value, wanted)) !== operator.isNegated;
  return operator.set === 'ForAnyValue' ? actual.some(fits) : actual.every(fits);
}

function parseOperator(text: string, source: string): ParsedOperator {
  const [first = '', second] = text.split(':');
  const set = second === undefined ? 'single' : first;
  const rawName = second ?? first;
  const ifExists = rawName.endsWith('IfExists');
  const name = ifExists ? rawName.slice(0, -'IfExists'.length) : rawName;
  if (name === 'Null' && set === 'single') return { kind: 'null' };
  const operator = operators[name];
  const isKnownSet = set === 'single' || set === 'ForAllValues' || set === 'ForAnyValue';
  if (operator === undefined || !isKnownSet) {
    throw new Error(
      `policy ${source} uses the condition operator ${text}, which the box does not evaluate, known are: ${Object.keys(operators).join(', ')}, Null, each also IfExists, ForAllValues: and ForAnyValue:`,
    );
  }
  return { kind: 'compare', ...operator, set, ifExists };
}
