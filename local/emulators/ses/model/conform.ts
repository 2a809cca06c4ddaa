import { refuse, refuseMember } from '../errors.ts';
import { enumValuesOf } from './enum-members.ts';
import type { MemberShape, Shape, StructureShape } from './sdk-shapes.ts';

type Place = { readonly owner: string; readonly member: string; readonly path: string };

/**
 * Proves that a request has the SDK's own shape, or refuses it as SES does: a wrong JSON type is a
 * SerializationException, a missing or unlisted value a BadRequestException. Members set to `null`
 * are removed, because SES reads them as absent. Unlike SES, which ignores members it does not
 * know, an unknown member is refused: in a local run it is a typing error somebody should see.
 */
export function conform<T>(shape: StructureShape, value: unknown): asserts value is T {
  checkStructure(shape, value, '');
}

function checkStructure(shape: StructureShape, value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) refuse('SerializationException', null);
  if (Array.isArray(value)) {
    refuse('SerializationException', 'Start of list found where not expected');
  }
  for (const [name, member] of Object.entries(value)) {
    if (member === null || member === undefined) {
      Reflect.deleteProperty(value, name);
      continue;
    }
    const known: MemberShape | undefined = shape.members.get(name);
    if (known === undefined) refuseUnknown(shape, name);
    checkValue(known.shape, member, {
      owner: shape.name,
      member: name,
      path: path === '' ? lowerFirst(name) : `${path}.${lowerFirst(name)}`,
    });
  }
  for (const [name, member] of shape.members) {
    if (!member.required || Object.hasOwn(value, name)) continue;
    refuseMember(path === '' ? lowerFirst(name) : `${path}.${lowerFirst(name)}`, notNull);
  }
  if (shape.kind === 'union' && Object.keys(value).length !== 1) {
    refuse('SerializationException', `Exactly one member of ${shape.name} must be set`);
  }
}

const notNull = 'Member must not be null';

function refuseUnknown(shape: StructureShape, name: string): never {
  const known = [...shape.members.keys()].join(', ') || 'none';
  refuse('BadRequestException', `Unknown member ${name} of ${shape.name}. Known members: ${known}`);
}

function checkValue(shape: Shape, value: unknown, place: Place): void {
  switch (shape.kind) {
    case 'structure':
    case 'union':
      checkStructure(shape, value, place.path);
      return;
    case 'list':
      checkList(shape.member, value, place);
      return;
    case 'map':
      checkMap(shape.member, value, place);
      return;
    default:
      checkScalar(shape.kind, value, place);
      return;
  }
}

function checkList(member: Shape, value: unknown, place: Place): void {
  if (!Array.isArray(value)) refuse('SerializationException', 'Expected list or null');
  for (const [position, element] of value.entries()) {
    const path = `${place.path}.${position + 1}.member`;
    if (element === null) refuseMember(path, notNull);
    checkValue(member, element, { ...place, path });
  }
}

function checkMap(member: Shape, value: unknown, place: Place): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse('SerializationException', 'Expected map or null');
  }
  const allowed = enumValuesOf(place.owner, place.member);
  for (const [key, element] of Object.entries(value)) {
    if (allowed !== undefined && !allowed.includes(key)) refuseEnum(place.path, allowed);
    checkValue(member, element, { owner: 'Map', member: 'value', path: `${place.path}.${key}` });
  }
}

const jsonTypes = {
  string: 'string',
  blob: 'string',
  number: 'number',
  timestamp: 'number',
  boolean: 'boolean',
} as const;

const spoken = { string: 'String', blob: 'Blob', number: 'Integer', timestamp: 'Timestamp' };
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

function checkScalar(kind: keyof typeof jsonTypes, value: unknown, place: Place): void {
  if (typeof value === 'object') {
    const start = Array.isArray(value) ? 'Start of list' : 'Start of structure or map';
    refuse('SerializationException', `${start} found where not expected.`);
  }
  const wanted = jsonTypes[kind];
  if (typeof value !== wanted) {
    const target = kind === 'boolean' ? 'Boolean' : spoken[kind];
    const got =
      typeof value === 'boolean' ? (value ? 'TRUE_VALUE' : 'FALSE_VALUE') : jsonTokens(value);
    refuse('SerializationException', `${got} can not be converted to a ${target}`);
  }
  if (kind === 'blob' && typeof value === 'string' && !base64.test(value)) {
    refuse('SerializationException', 'Invalid base64 found where bytes were expected');
  }
  if (kind !== 'string') return;
  const allowed = enumValuesOf(place.owner, place.member);
  if (allowed === undefined || allowed.includes(String(value))) return;
  refuseEnum(place.path, allowed);
}

function jsonTokens(value: unknown): string {
  return typeof value === 'number' ? 'NUMBER_VALUE' : 'STRING_VALUE';
}

function refuseEnum(path: string, allowed: readonly string[]): never {
  const [field = path, ...rest] = path.split(/\.\d+\.member$/);
  const set = `Member must satisfy enum value set: [${allowed.join(', ')}]`;
  // AWS names the list, not the element, and wraps the constraint (seen on suppressedReasons).
  refuseMember(field, rest.length === 0 ? set : `Member must satisfy constraint: [${set}]`);
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
