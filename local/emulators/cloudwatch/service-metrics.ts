import type { OnRun } from '../../lambda/functions.ts';
import type { Consumed } from '../dynamodb/capacity.ts';
import type { OnDelivered } from '../events/buses.ts';
import type { Measure, Metric } from './metric.ts';

/**
 * Returns who measures functions as Lambda does: errors and throttles are 0 where there is none.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export function functionMetrics(measure: Measure): OnRun {
  const metric = remembered('AWS/Lambda', 'FunctionName');
  return ({ functionName, status, durationMs, concurrentCount }) => {
    const add = (name: string, value: number): void => {
      measure({ metric: metric(name, functionName), values: [value] });
    };
    add('Throttles', status === 'throttled' ? 1 : 0);
    if (status === 'throttled') return;
    add('Invocations', 1);
    add('Errors', status === 'failed' ? 1 : 0);
    add('Duration', durationMs);
    add('ConcurrentExecutions', concurrentCount);
  };
}

/**
 * Returns who measures the rules of buses; only a failure has a value of FailedInvocations.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
export function ruleMetrics(measure: Measure): OnDelivered {
  const metric = remembered('AWS/Events', 'RuleName');
  return ({ rule, isTaken }) => {
    measure({ metric: metric('Invocations', rule), values: [1] });
    if (isTaken) return;
    measure({ metric: metric('FailedInvocations', rule), values: [1] });
  };
}

/**
 * Returns who measures what requests take of DynamoDB's tables.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
export function tableMetrics(measure: Measure): (consumed: readonly Consumed[]) => void {
  const metric = remembered('AWS/DynamoDB', 'TableName');
  return (consumed) => {
    for (const { table, readUnits, writeUnits } of consumed) {
      const add = (name: string, value: number): void => {
        if (value > 0) measure({ metric: metric(name, table), values: [value] });
      };
      add('ConsumedReadCapacityUnits', readUnits);
      add('ConsumedWriteCapacityUnits', writeUnits);
    }
  };
}

/** One object for each metric, so that its key is made once. */
function remembered(namespace: string, dimension: string): (name: string, value: string) => Metric {
  const known = new Map<string, Metric>();
  return (name, value) => {
    const key = `${name} ${value}`;
    const metric = known.get(key) ?? { namespace, name, dimensions: { [dimension]: value } };
    known.set(key, metric);
    return metric;
  };
}
