import { CloudwatchError } from './errors.ts';

/** A metric math expression, taken apart. */
export type MathExpression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly MathExpression[] }
  | { readonly kind: 'negative'; readonly operand: MathExpression }
  | {
      readonly kind: 'operation';
      readonly operator: string;
      readonly left: MathExpression;
      readonly right: MathExpression;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly MathExpression[] };

const tokenPattern =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_]\w*)|"([^"]*)"|(==|!=|<=|>=|&&|\|\||[-+*/^<>()[\],]))/y;

/** Weakest first; those of one row go from left to right. */
const precedence: readonly (readonly string[])[] = [
  ['||', 'OR'],
  ['&&', 'AND'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/'],
  ['^'],
];

/** Nested deeper than this no person writes it, and the stack of the parser has an end. */
const depthMax = 50;

type Token = { readonly kind: 'number' | 'word' | 'text' | 'sign' | 'end'; readonly text: string };

/**
 * Takes a metric math expression apart.
 * @throws CloudwatchError that shows where it cannot be read.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function parseMath(text: string): MathExpression {
  const tokens = tokensOf(text);
  const state = { text, tokens, at: 0, depth: 0 };
  const expression = operations(state, 0);
  if (peek(state).kind !== 'end') throw unreadable(state);
  return expression;
}

type State = {
  readonly text: string;
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
};

function operations(state: State, level: number): MathExpression {
  const operators = precedence[level];
  if (operators === undefined) return operand(state);
  let left = operations(state, level + 1);
  for (;;) {
    const operator = operators.find((one) => takes(state, one));
    if (operator === undefined) return left;
    left = { kind: 'operation', operator, left, right: operations(state, level + 1) };
  }
}

function operand(state: State): MathExpression {
  state.depth += 1;
  if (state.depth > depthMax) throw unreadable(state);
  try {
    return operandAt(state);
  } finally {
    state.depth -= 1;
  }
}

function operandAt(state: State): MathExpression {
  if (takes(state, '-')) return { kind: 'negative', operand: operand(state) };
  if (takes(state, '(')) {
    const inner = operations(state, 0);
    expectSign(state, ')');
    return inner;
  }
  if (takes(state, '[')) return { kind: 'list', items: listUntil(state, ']') };
  const token = peek(state);
  if (token.kind === 'sign' || token.kind === 'end') throw unreadable(state);
  state.at += 1;
  if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
  if (token.kind === 'text') return { kind: 'text', text: token.text };
  if (takes(state, '(')) {
    return { kind: 'call', name: token.text.toUpperCase(), args: listUntil(state, ')') };
  }
  return { kind: 'name', name: token.text };
}

function listUntil(state: State, end: string): readonly MathExpression[] {
  if (takes(state, end)) return [];
  const items = [operations(state, 0)];
  while (takes(state, ',')) items.push(operations(state, 0));
  expectSign(state, end);
  return items;
}

function takes(state: State, text: string): boolean {
  const token = peek(state);
  if (token.kind === 'text' || token.text !== text) return false;
  state.at += 1;
  return true;
}

function expectSign(state: State, sign: string): void {
  if (!takes(state, sign)) throw unreadable(state);
}

function peek({ tokens, at }: State): Token {
  return tokens[at] ?? { kind: 'end', text: '' };
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  while (text.slice(pattern.lastIndex).trim() !== '') {
    const at = pattern.lastIndex;
    const [, number, word, quoted, sign] = pattern.exec(text) ?? [];
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else throw problem(text, `at "${text.slice(at, at + 20).trim()}"`);
  }
  return tokens;
}

function unreadable(state: State): CloudwatchError {
  const { text: found } = peek(state);
  return problem(state.text, found === '' ? 'at its end' : `at "${found}"`);
}

function problem(text: string, where: string): CloudwatchError {
  return new CloudwatchError(
    'ValidationError',
    `Error in expression '${text}': it cannot be read ${where}`,
  );
}
