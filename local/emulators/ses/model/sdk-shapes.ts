import * as sesv2 from '@aws-sdk/client-sesv2';

type ScalarKind = 'string' | 'number' | 'boolean' | 'timestamp' | 'blob';

/** What a JSON value must be. */
export type Shape =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'list' | 'map'; readonly member: Shape }
  | StructureShape;

/** A JSON object with known members; of a union exactly one is set. */
export type StructureShape = {
  readonly kind: 'structure' | 'union';
  readonly name: string;
  readonly members: ReadonlyMap<string, MemberShape>;
};

/** One member of a structure. */
export type MemberShape = {
  readonly shape: Shape;
  readonly required: boolean;
  /** Where the member travels: in the JSON body, in the path, or as a named query parameter. */
  readonly from: 'body' | 'path' | { readonly query: string };
};

/** One call of the API: where it lives and what it takes. */
export type OperationShape = {
  readonly name: string;
  readonly method: string;
  /** Path segments; `{Name}` stands for the member `Name`. */
  readonly path: readonly string[];
  readonly input: StructureShape;
};

/** The numbers the SDK writes for scalar schemas. @see @smithy/types `schema/sentinels`. */
const scalarKinds: Readonly<Record<number, ScalarKind>> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'timestamp',
  5: 'timestamp',
  7: 'timestamp',
  21: 'blob',
};
const listModifier = 64;
const mapModifier = 128;
const structureIds: Readonly<Record<number, 'structure' | 'union'>> = {
  3: 'structure',
  4: 'union',
};
const operationId = 9;
const httpLabelBit = 1;

const structures = new Map<unknown, StructureShape>();

/** Every operation of the SDK's SES v2 model, by name, so that no path or member can be misspelt. */
export const operationShapes: ReadonlyMap<string, OperationShape> = readOperations();

function readOperations(): ReadonlyMap<string, OperationShape> {
  const operations = new Map<string, OperationShape>();
  for (const schema of Object.values(sesv2)) {
    if (!Array.isArray(schema) || schema[0] !== operationId) continue;
    const operation = readOperation(schema);
    operations.set(operation.name, operation);
  }
  return operations;
}

function readOperation(schema: readonly unknown[]): OperationShape {
  const [, , name, traits, input] = schema;
  const http = traitOf(traits, 'http');
  const shape = readShape(input);
  if (typeof name !== 'string' || !Array.isArray(http) || shape.kind !== 'structure') {
    throw new Error(`unreadable SES operation schema ${String(name)}: the SDK changed its format`);
  }
  return { name, method: String(http[0]), path: String(http[1]).split('/').slice(1), input: shape };
}

function readShape(reference: unknown): Shape {
  const schema = typeof reference === 'function' ? reference() : reference;
  if (typeof schema === 'number') return readNumber(schema);
  if (!Array.isArray(schema)) throw new Error(`unreadable SES schema ${String(schema)}`);
  if (schema.length === 2) return readShape(schema[0]);
  const structureKind = structureIds[schema[0]];
  if (structureKind !== undefined) return readStructure(structureKind, schema);
  if (schema[0] === 1) return { kind: 'list', member: readShape(schema[4]) };
  if (schema[0] === 2) return { kind: 'map', member: readShape(schema[5]) };
  return readShape(schema[4]);
}

function readNumber(schema: number): Shape {
  if (schema >= mapModifier) return { kind: 'map', member: readShape(schema - mapModifier) };
  if (schema >= listModifier) return { kind: 'list', member: readShape(schema - listModifier) };
  return { kind: scalarKinds[schema] ?? unknownScalar(schema) };
}

function unknownScalar(schema: number): never {
  throw new Error(`unknown SES scalar schema ${schema}: the SDK changed its format`);
}

function readStructure(kind: 'structure' | 'union', schema: readonly unknown[]): StructureShape {
  const known = structures.get(schema);
  if (known !== undefined) return known;
  const [, , name, , names, references, requiredCount] = schema;
  const members = new Map<string, MemberShape>();
  const shape: StructureShape = { kind, name: String(name), members };
  structures.set(schema, shape);
  if (!Array.isArray(names) || !Array.isArray(references)) return shape;
  for (const [position, member] of names.entries()) {
    const reference: unknown = references[position];
    const traits = Array.isArray(reference) && reference.length === 2 ? reference[1] : 0;
    members.set(String(member), {
      shape: readShape(reference),
      // The SDK lists required members first and only says how many there are.
      required: typeof requiredCount === 'number' && position < requiredCount,
      from: bindingOf(traits),
    });
  }
  return shape;
}

function bindingOf(traits: unknown): MemberShape['from'] {
  if (typeof traits === 'number' && (traits & httpLabelBit) !== 0) return 'path';
  if (traitOf(traits, 'httpLabel') !== undefined) return 'path';
  const query = traitOf(traits, 'httpQuery');
  return typeof query === 'string' ? { query } : 'body';
}

function traitOf(traits: unknown, name: string): unknown {
  if (typeof traits !== 'object' || traits === null) return undefined;
  return Object.entries(traits).find(([key]) => key === name)?.[1];
}
