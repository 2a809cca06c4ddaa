import { CloudwatchError } from './errors.ts';

/** One value for each window, oldest first; undefined where the metric has none. */
export type Series = readonly (number | undefined)[];

/** What an expression yields on its way. */
export type MathValue =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'series'; readonly values: Series }
  | { readonly kind: 'list'; readonly items: readonly MathValue[] }
  | { readonly kind: 'text'; readonly text: string };

/** Returns a series as a value. */
export function series(values: Series): MathValue {
  return { kind: 'series', values };
}

type Combine = (values: Series) => number | undefined;

/**
 * Applies a function window by window; a scalar counts for every window, and a list goes item by
 * item, with the other operands beside each.
 */
export function broadcast(operands: readonly MathValue[], combine: Combine): MathValue {
  const listAt = operands.findIndex(({ kind }) => kind === 'list');
  const list = operands[listAt];
  if (list?.kind === 'list') {
    return {
      kind: 'list',
      items: list.items.map((item) => broadcast(operands.with(listAt, item), combine)),
    };
  }
  const length = lengthOf(operands);
  if (length === undefined) {
    const value = combine(operands.map((one) => windowOf(one, 0)));
    // A scalar that cannot be computed, such as 1/0, is no value in any window.
    return value === undefined ? series([]) : { kind: 'scalar', value };
  }
  return series(
    Array.from({ length }, (_, index) => combine(operands.map((one) => windowOf(one, index)))),
  );
}

/** Returns what a query shows: a scalar is a line through all windows. */
export function asSeries(value: MathValue, length: number): Series {
  if (value.kind === 'series') return Array.from({ length }, (_, index) => value.values[index]);
  if (value.kind === 'scalar') return Array.from({ length }, () => value.value);
  throw new CloudwatchError(
    'ValidationError',
    `an expression must yield one time series or a number, got ${value.kind === 'list' ? 'several time series' : 'a text'}`,
  );
}

function lengthOf(operands: readonly MathValue[]): number | undefined {
  return operands.find((one) => one.kind === 'series')?.values.length;
}

function windowOf(operand: MathValue, index: number): number | undefined {
  if (operand.kind === 'scalar') return operand.value;
  if (operand.kind === 'series') return operand.values[index];
  throw new CloudwatchError('ValidationError', `an operand must be a number or a time series`);
}
