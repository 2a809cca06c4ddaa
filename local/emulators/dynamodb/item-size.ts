import type { Json, JsonObject } from '../../aws.ts';
import { isObject, listOr, objectOr } from '../../json-access.ts';

/**
 * Returns the bytes of an item as DynamoDB counts them for capacity: names and values in UTF-8.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: JsonObject): number {
  return sum(
    Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueBytes(value)),
  );
}

/** A list or map takes this much beside its elements, and each element one more. */
const documentBytes = 3;
const elementBytes = 1;

/** Bytes of a value by its type descriptor, without the attribute's name. */
const bytesByType: Readonly<Record<string, (value: Json) => number>> = {
  S: (value) => Buffer.byteLength(String(value)),
  N: (value) => numberBytes(String(value)),
  B: (value) => Buffer.byteLength(String(value), 'base64'),
  BOOL: () => 1,
  NULL: () => 1,
  SS: (value) => sum(listOr(value).map((one) => Buffer.byteLength(String(one)))),
  NS: (value) => sum(listOr(value).map((one) => numberBytes(String(one)))),
  BS: (value) => sum(listOr(value).map((one) => Buffer.byteLength(String(one), 'base64'))),
  L: (value) =>
    documentBytes + sum(listOr(value).map((element) => elementBytes + valueBytes(element))),
  M: (value) =>
    documentBytes +
    sum(
      Object.entries(objectOr(value)).map(
        ([name, element]) => elementBytes + Buffer.byteLength(name) + valueBytes(element),
      ),
    ),
};

function valueBytes(attribute: Json): number {
  if (!isObject(attribute)) return 0;
  return sum(Object.entries(attribute).map(([type, value]) => bytesByType[type]?.(value) ?? 0));
}

/** One byte, and one for every two significant digits; zeroes before and after do not count. */
function numberBytes(text: string): number {
  const [mantissa = ''] = text.toLowerCase().split('e');
  const digits = mantissa.replace(/[-+.]/g, '').replace(/^0+|0+$/g, '');
  return 1 + Math.ceil(digits.length / 2);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
