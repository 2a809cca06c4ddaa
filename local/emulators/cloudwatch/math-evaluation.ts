import { CloudwatchError } from './errors.ts';
import type { MathExpression } from './math-expression.ts';
import { mathFunctions } from './math-functions.ts';
import { broadcast, type MathValue, type Series, series } from './math-value.ts';

/** What an expression can name: other queries by id, as series of one length. */
export type MathScope = {
  readonly series: (id: string) => Series;
  /** Ids of all metrics, in their order, for METRICS(). */
  readonly metricIds: readonly string[];
  readonly periodSeconds: number;
};

/**
 * Returns the value of an expression over the windows of its scope. A window in which an operand of
 * plain arithmetic is missing has no value.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 * @throws CloudwatchError for a function that the box lacks.
 */
export function evaluateMath(expression: MathExpression, scope: MathScope): MathValue {
  switch (expression.kind) {
    case 'number':
      return { kind: 'scalar', value: expression.value };
    case 'text':
      return { kind: 'text', text: expression.text };
    case 'name':
      return named(expression.name, scope);
    case 'list':
      return { kind: 'list', items: expression.items.flatMap((item) => listed(item, scope)) };
    case 'negative': {
      const value = evaluateMath(expression.operand, scope);
      return broadcast([value], ([one]) => (one === undefined ? undefined : -one));
    }
    case 'operation': {
      const operate = operators[expression.operator];
      if (operate === undefined) throw unknown(expression.operator);
      const values = [expression.left, expression.right].map((one) => evaluateMath(one, scope));
      return broadcast(values, ([left, right]) =>
        left === undefined || right === undefined ? undefined : operate(left, right),
      );
    }
    case 'call':
      return called(expression, scope);
  }
}

/** FILL's second argument may be one of these words, which are no ids. */
const words: readonly string[] = ['REPEAT', 'LINEAR'];

function named(name: string, scope: MathScope): MathValue {
  if (words.includes(name)) return { kind: 'text', text: name };
  return series(scope.series(name));
}

function listed(item: MathExpression, scope: MathScope): readonly MathValue[] {
  const value = evaluateMath(item, scope);
  return value.kind === 'list' ? value.items : [value];
}

function called(call: Extract<MathExpression, { kind: 'call' }>, scope: MathScope): MathValue {
  if (call.name === 'METRICS' && call.args.length === 0) {
    return { kind: 'list', items: scope.metricIds.map((id) => series(scope.series(id))) };
  }
  if (call.name === 'PERIOD') return { kind: 'scalar', value: scope.periodSeconds };
  const apply = mathFunctions[call.name];
  if (apply === undefined) throw unknown(call.name);
  return apply(call.args.map((one) => evaluateMath(one, scope)));
}

function truth(is: boolean): number {
  return is ? 1 : 0;
}

const operators: Readonly<Record<string, (left: number, right: number) => number | undefined>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  // CloudWatch has no data point where it would have to divide by zero.
  '/': (left, right) => (right === 0 ? undefined : left / right),
  '^': (left, right) => left ** right,
  '==': (left, right) => truth(left === right),
  '!=': (left, right) => truth(left !== right),
  '<': (left, right) => truth(left < right),
  '<=': (left, right) => truth(left <= right),
  '>': (left, right) => truth(left > right),
  '>=': (left, right) => truth(left >= right),
  '&&': (left, right) => truth(left !== 0 && right !== 0),
  AND: (left, right) => truth(left !== 0 && right !== 0),
  '||': (left, right) => truth(left !== 0 || right !== 0),
  OR: (left, right) => truth(left !== 0 || right !== 0),
};

function unknown(name: string): CloudwatchError {
  const known = [...Object.keys(mathFunctions), 'METRICS', 'PERIOD'].join(', ');
  return new CloudwatchError(
    'ValidationError',
    `the local CloudWatch does not compute ${name}; it has the functions ${known} and arithmetic`,
  );
}
