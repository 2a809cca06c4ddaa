import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * Returns the bytes of an item as DynamoDB counts them for write units.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function storedBytes(item: Readonly<Record<string, AttributeValue>>): number {
  return sum(Object.entries(item).map(([name, value]) => utf8(name) + valueBytes(value)));
}

/** A list or map takes three bytes, and each of its elements one more. */
function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return utf8(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.L !== undefined) return 3 + sum(value.L.map((element) => 1 + valueBytes(element)));
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + storedBytes(value.M);
  return 1;
}

/** One byte, and one for every two significant digits. */
function numberBytes(text: string): number {
  const digits = text.replace(/[^0-9]/g, '').replace(/^0+|0+$/g, '');
  return 1 + Math.ceil(digits.length / 2);
}

function utf8(text: string): number {
  return Buffer.byteLength(text);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
