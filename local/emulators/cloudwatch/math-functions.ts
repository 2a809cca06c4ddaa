import { CloudwatchError } from './errors.ts';
import { broadcast, type MathValue, type Series, series } from './math-value.ts';

type MathFunction = (args: readonly MathValue[]) => MathValue;

/**
 * Name → function of metric math. SUM, MAX, MIN and AVG of a list go window by window and pass over
 * what is missing; of one time series they are a single number.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export const mathFunctions: Readonly<Record<string, MathFunction>> = {
  IF: choose,
  FILL: fill,
  SUM: folded((values) => values.reduce((sum, one) => sum + one, 0)),
  AVG: folded((values) => values.reduce((sum, one) => sum + one, 0) / values.length),
  MAX: folded((values) => Math.max(...values)),
  MIN: folded((values) => Math.min(...values)),
  ABS: each(Math.abs),
  CEIL: each(Math.ceil),
  FLOOR: each(Math.floor),
};

/** With two arguments a window whose condition does not hold has no value. */
function choose(args: readonly MathValue[]): MathValue {
  const [condition, chosen, other] = args;
  if (condition === undefined || chosen === undefined || args.length > 3) {
    throw wrong('IF', 'a condition and one or two values');
  }
  const operands = other === undefined ? [condition, chosen] : [condition, chosen, other];
  return broadcast(operands, ([is, then, otherwise]) => {
    if (is === undefined) return undefined;
    return is !== 0 ? then : otherwise;
  });
}

function fill(args: readonly MathValue[]): MathValue {
  const [given, filling] = args;
  if (given === undefined || filling === undefined || args.length > 2) {
    throw wrong('FILL', 'a time series and a number, REPEAT or LINEAR');
  }
  if (given.kind === 'list') {
    return { kind: 'list', items: given.items.map((item) => fill([item, filling])) };
  }
  if (given.kind !== 'series') return given;
  if (filling.kind !== 'text') return broadcast([given, filling], ([one, other]) => one ?? other);
  if (filling.text === 'REPEAT') return series(repeated(given.values));
  if (filling.text === 'LINEAR') return series(given.values.map((_, at) => between(given, at)));
  throw wrong('FILL', 'a time series and a number, REPEAT or LINEAR');
}

function repeated(values: Series): Series {
  let last: number | undefined;
  return values.map((value) => {
    last = value ?? last;
    return last;
  });
}

/** Before the first and after the last value nothing can be drawn between two. */
function between({ values }: { readonly values: Series }, at: number): number | undefined {
  if (values[at] !== undefined) return values[at];
  const before = values.findLastIndex((value, index) => index < at && value !== undefined);
  const after = values.findIndex((value, index) => index > at && value !== undefined);
  const low = values[before];
  const high = values[after];
  if (low === undefined || high === undefined) return undefined;
  return low + ((high - low) * (at - before)) / (after - before);
}

function folded(fold: (values: readonly number[]) => number): MathFunction {
  const present = (values: Series): number | undefined => {
    const real = values.filter((value) => value !== undefined);
    return real.length === 0 ? undefined : fold(real);
  };
  return (args) => {
    const [only] = args;
    if (args.length === 1 && only?.kind === 'list') return broadcast(only.items, present);
    if (args.length > 1) return broadcast(args, present);
    if (only?.kind !== 'series') throw wrong('SUM, MAX, MIN and AVG', 'time series');
    const value = present(only.values);
    return value === undefined ? series([]) : { kind: 'scalar', value };
  };
}

function each(compute: (value: number) => number): MathFunction {
  return (args) => {
    if (args.length !== 1) throw wrong('ABS, CEIL and FLOOR', 'one time series');
    return broadcast(args, ([value]) => (value === undefined ? undefined : compute(value)));
  };
}

function wrong(name: string, allowed: string): CloudwatchError {
  return new CloudwatchError('ValidationError', `${name} takes ${allowed}`);
}
