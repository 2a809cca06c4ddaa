import type { Json } from '../../aws.ts';
import { isList, isObject } from '../../json-access.ts';

/** What one entry of a pattern's list asks of a value; `absent` asks that there is none. */
export type LeafCondition =
  | { readonly kind: 'present'; readonly matches: (leaf: Json) => boolean }
  | { readonly kind: 'absent' };

type Compile = (operand: Json, key: string) => LeafCondition;

const operators: Readonly<Record<string, Compile>> = {
  prefix: (operand, key) => textCondition(operand, key, (leaf, text) => leaf.startsWith(text)),
  suffix: (operand, key) => textCondition(operand, key, (leaf, text) => leaf.endsWith(text)),
  wildcard: (operand, key) => {
    const pattern = wildcardPattern(textOf(operand, key));
    return present((leaf) => typeof leaf === 'string' && pattern.test(leaf));
  },
  'equals-ignore-case': (operand, key) => {
    const text = textOf(operand, key).toLowerCase();
    return present((leaf) => typeof leaf === 'string' && leaf.toLowerCase() === text);
  },
  'anything-but': anythingBut,
  exists: (operand, key) => {
    if (operand === true) return present(() => true);
    if (operand === false) return { kind: 'absent' };
    throw new Error(
      `event pattern: exists of ${key} got ${JSON.stringify(operand)}, allowed are true and false`,
    );
  },
  numeric: (operand, key) => {
    const test = numericTest(operand, key);
    return present((leaf) => typeof leaf === 'number' && test(leaf));
  },
};

/** Compiles one entry of the list that a pattern gives for a field. */
export function compileCondition(key: string, condition: Json): LeafCondition {
  if (isList(condition)) {
    throw new Error(
      `event pattern: ${key} got a list within its list, allowed are values and operators`,
    );
  }
  if (!isObject(condition)) return present((leaf) => leaf === condition);
  const [operator, ...others] = Object.keys(condition);
  const compile = operator === undefined ? undefined : operators[operator];
  if (operator === undefined || compile === undefined || others.length > 0) {
    throw new Error(
      `event pattern: ${key} got ${JSON.stringify(condition)}, allowed here is one of ` +
        Object.keys(operators).join(', '),
    );
  }
  return compile(condition[operator] ?? null, key);
}

function anythingBut(operand: Json, key: string): LeafCondition {
  if (isObject(operand)) {
    const [operator] = Object.keys(operand);
    const texts = operator === undefined ? null : (operand[operator] ?? null);
    const inner = (isList(texts) ? texts : [texts]).map((text) =>
      compileCondition(key, { [operator ?? '']: text }),
    );
    return present((leaf) => !inner.some((one) => one.kind === 'present' && one.matches(leaf)));
  }
  const refused = isList(operand) ? operand : [operand];
  return present((leaf) => !refused.includes(leaf));
}

/** `prefix` and `suffix` take a text, or `{ "equals-ignore-case": text }`. */
function textCondition(
  operand: Json,
  key: string,
  test: (leaf: string, text: string) => boolean,
): LeafCondition {
  const folded = isObject(operand) ? operand['equals-ignore-case'] : undefined;
  if (folded !== undefined) {
    const text = textOf(folded, key).toLowerCase();
    return present((leaf) => typeof leaf === 'string' && test(leaf.toLowerCase(), text));
  }
  const text = textOf(operand, key);
  return present((leaf) => typeof leaf === 'string' && test(leaf, text));
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `["=", 5]`, `["<", 10]`, or a range such as `[">", 0, "<=", 5]`. */
function numericTest(operand: Json, key: string): (value: number) => boolean {
  const malformed = new Error(
    `event pattern: numeric of ${key} got ${JSON.stringify(operand)}, allowed is ` +
      '[comparison, number] once or twice, comparison one of = < <= > >=',
  );
  if (!isList(operand) || (operand.length !== 2 && operand.length !== 4)) throw malformed;
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const compare = comparisons[String(operand[at])];
    const bound = operand[at + 1];
    if (compare === undefined || typeof bound !== 'number') throw malformed;
    tests.push((value) => compare(value, bound));
  }
  return (value) => tests.every((test) => test(value));
}

function wildcardPattern(text: string): RegExp {
  const escaped = text.split('*').map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 's');
}

function textOf(operand: Json, key: string): string {
  if (typeof operand === 'string') return operand;
  throw new Error(
    `event pattern: an operator of ${key} got ${JSON.stringify(operand)}, allowed is a string`,
  );
}

function present(matches: (leaf: Json) => boolean): LeafCondition {
  return { kind: 'present', matches };
}
