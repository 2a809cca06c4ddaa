import type { Json, JsonObject } from '../../aws.ts';
import { isList, objectOr, parseJson, stringAt } from '../../json-access.ts';
import type { Measurement } from './metric.ts';

/** A metric of more values in one line is not taken. */
const valuesMax = 100;
const dimensionsMax = 30;

/**
 * Returns the measurements in one line of a function's log; none when the line is no embedded metric
 * format. A metric without a number, and a dimension set that names a field the line lacks, is left
 * out, as CloudWatch does.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(line: string): readonly Measurement[] {
  // Most lines are not JSON at all; looking for the key costs a hundredth of parsing.
  if (!line.includes('"CloudWatchMetrics"')) return [];
  const fields = objectOr(parseJson(line.slice(line.indexOf('{'))));
  const { Timestamp, CloudWatchMetrics } = objectOr(fields['_aws']);
  if (typeof Timestamp !== 'number') return [];
  return listOf(CloudWatchMetrics).flatMap((directive) =>
    measurementsOf(objectOr(directive), fields, Timestamp),
  );
}

function measurementsOf(
  directive: JsonObject,
  fields: JsonObject,
  atMs: number,
): readonly Measurement[] {
  const namespace = stringAt(directive, 'Namespace') ?? '';
  if (namespace === '') return [];
  const sets = listOf(directive['Dimensions']).flatMap((set) => dimensionsOf(set, fields));
  return listOf(directive['Metrics']).flatMap((definition) => {
    const name = stringAt(objectOr(definition), 'Name') ?? '';
    const values = numbersOf(fields[name]);
    if (values.length === 0) return [];
    return sets.map((dimensions) => ({ metric: { namespace, name, dimensions }, atMs, values }));
  });
}

function dimensionsOf(set: Json, fields: JsonObject): readonly Readonly<Record<string, string>>[] {
  const names = listOf(set).map(String);
  if (names.length > dimensionsMax) return [];
  const entries = names.map((name) => [name, stringAt(fields, name)] as const);
  const dimensions: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (value === undefined) return [];
    dimensions[name] = value;
  }
  return [dimensions];
}

function numbersOf(value: Json | undefined): readonly number[] {
  const values = isList(value) ? value : [value ?? null];
  if (values.length > valuesMax) return [];
  const numbers = values.filter((one) => typeof one === 'number');
  return numbers.length === values.length ? numbers : [];
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}
