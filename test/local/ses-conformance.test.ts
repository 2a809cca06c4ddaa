import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as sdk from '@aws-sdk/client-sesv2';
import { beforeAll, describe, expect, test } from 'vitest';
import { localPlace } from '../../local/aws.ts';
import { newContext, type SesContext } from '../../local/emulators/ses/context.ts';
import { SesError } from '../../local/emulators/ses/errors.ts';
import { conform } from '../../local/emulators/ses/model/conform.ts';
import { enumValuesOf } from '../../local/emulators/ses/model/enum-members.ts';
import { ignoredMembers } from '../../local/emulators/ses/model/ignored-members.ts';
import type { InputOf, ServedName } from '../../local/emulators/ses/model/operation-contract.ts';
import { isServed, operations } from '../../local/emulators/ses/model/operations.ts';
import {
  operationShapes,
  type Shape,
  type StructureShape,
} from '../../local/emulators/ses/model/sdk-shapes.ts';
import { composeMime } from '../../local/emulators/ses/sending/mime.ts';
import { fullRequests } from '../fixtures/ses/full-requests.ts';

const served = Object.keys(fullRequests).filter(isServed);

function inputShape(name: ServedName): StructureShape {
  const shape = operationShapes.get(name);
  if (shape === undefined) throw new Error(`no SDK operation ${name}`);
  return shape.input;
}

function structureOf(shape: Shape): StructureShape | undefined {
  if (shape.kind === 'structure' || shape.kind === 'union') return shape;
  return shape.kind === 'list' ? structureOf(shape.member) : undefined;
}

/** Every `Structure.Member` a request can have, down to those inside ignored members. */
function membersOf(shape: StructureShape, into = new Set<string>(), pruned = false): Set<string> {
  for (const [name, member] of shape.members) {
    const key = `${shape.name}.${name}`;
    if (pruned && Object.hasOwn(ignoredMembers, key)) continue;
    if (into.has(key)) continue;
    into.add(key);
    const inner = structureOf(member.shape);
    if (inner !== undefined) membersOf(inner, into, pruned);
  }
  return into;
}

/** A request whose members report when they are read. */
function watched<T>(shape: Shape, value: T, seen: Set<string>): T {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get: (target, property, receiver) => {
      const inner: unknown = Reflect.get(target, property, receiver);
      if (typeof property !== 'string' || typeof inner === 'function') return inner;
      if (shape.kind === 'list') return watched(shape.member, inner, seen);
      if (shape.kind !== 'structure' && shape.kind !== 'union') return inner;
      const member = shape.members.get(property);
      if (member === undefined) return inner;
      seen.add(`${shape.name}.${property}`);
      return watched(member.shape, inner, seen);
    },
  });
}

/** Every `Structure.Member` that a request sets. */
function given(shape: Shape, value: unknown, into: Set<string>): void {
  if (shape.kind === 'list' && Array.isArray(value)) {
    for (const element of value) given(shape.member, element, into);
  }
  if (shape.kind !== 'structure' && shape.kind !== 'union') return;
  for (const [name, member] of shape.members) {
    const inner: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    if (inner === undefined) continue;
    into.add(`${shape.name}.${name}`);
    given(member.shape, inner, into);
  }
}

describe('every member of the SDK request', () => {
  const seen = new Set<string>();

  beforeAll(async () => {
    const context = newContext({ place: localPlace, clock: Date.now, publish: async () => {} });
    prepare(context);
    for (const name of served) await perform(context, name);
    while (context.schedule.pending > 0) await new Promise((resume) => setTimeout(resume, 5));
    for (const message of context.mailbox.all())
      await composeMime({ ...message, region: 'us-east-1' });
  });

  function prepare(context: SesContext): void {
    const verified = { type: 'DOMAIN', tags: [], verified: true, dkimEnabled: true } as const;
    const dkim = { dkimOrigin: 'AWS_SES', dkimKeyLength: 'RSA_2048_BIT' } as const;
    const name = 'example.com';
    context.identities.set(name, {
      ...verified,
      ...dkim,
      name,
      mailFrom: undefined,
      configurationSetName: undefined,
    });
    context.dedicatedIps.put({ ip: '192.0.2.1', pool: 'pool', warmup: 'DONE', percentage: 100 });
  }

  /** Runs the samples of one operation; refusals are fine as long as the member was read first. */
  async function perform<Name extends ServedName>(context: SesContext, name: Name): Promise<void> {
    for (const input of fullRequests[name]) {
      const shape = inputShape(name);
      conform<InputOf<Name>>(shape, input);
      const caller = { principal: 'tester', sourceIp: '127.0.0.1' };
      try {
        await operations[name](context, watched(shape, input, seen), caller);
      } catch (error) {
        if (!(error instanceof SesError)) throw error;
      }
    }
  }

  test.each(served)('of %s is set once in the samples', (name) => {
    const set = new Set<string>();
    for (const request of fullRequests[name]) given(inputShape(name), request, set);
    const missing = [...membersOf(inputShape(name))].filter((key) => !set.has(key));
    expect(missing.filter((key) => key !== 'SigningScheme.DefaultScheme')).toEqual([]);
  });

  test.each(served)('of %s is read, or ignored for a stated reason', (name) => {
    const unread = [...membersOf(inputShape(name), new Set(), true)].filter(
      (key) => !seen.has(key),
    );
    expect(unread).toEqual([]);
  });

  test('that the table ignores exists', () => {
    const all = new Set(served.flatMap((name) => [...membersOf(inputShape(name))]));
    expect(Object.keys(ignoredMembers).filter((key) => !all.has(key))).toEqual([]);
  });
});

test('every operation in the samples is served and the other way round', () => {
  expect(served.sort()).toEqual(Object.keys(operations).sort());
});

test('the SDK model is read whole', () => {
  const commands = Object.keys(sdk).filter(
    (name) => name.endsWith('Command') && name !== '$Command',
  );
  expect([...operationShapes.keys()].sort()).toEqual(
    commands.map((name) => name.replace(/Command$/, '')).sort(),
  );
  expect(operationShapes.get('PutDedicatedIpInPool')).toMatchObject({
    method: 'PUT',
    path: ['v2', 'email', 'dedicated-ips', '{Ip}', 'pool'],
  });
});

test('the enum table agrees with the type declarations of the SDK', () => {
  const main = createRequire(import.meta.url).resolve('@aws-sdk/client-sesv2');
  const models = new URL('../dist-types/models/', `file://${main}`);
  const text = ['models_0.d.ts', 'models_1.d.ts']
    .map((file) => readFileSync(new URL(file, models), 'utf8'))
    .join('\n');
  const declared = new Map<string, string>();
  for (const [, structure = '', body = ''] of text.matchAll(
    /export interface (\w+) \{\n([\s\S]*?)^\}/gm,
  )) {
    for (const [, member = '', type = ''] of body.matchAll(/^ {4}(\w+)\??: (.+);$/gm)) {
      const name = /^(?:Partial<Record<)?(\w+)/.exec(type)?.[1] ?? '';
      declared.set(`${structure}.${member}`, name);
    }
  }
  const enums = new Map(Object.entries(sdk).filter(([, value]) => isEnum(value)));
  for (const key of new Set(served.flatMap((name) => [...membersOf(inputShape(name))]))) {
    const [structure = '', member = ''] = key.split('.');
    const allowed = enums.get(declared.get(key) ?? '');
    expect([key, enumValuesOf(structure, member)]).toEqual([
      key,
      allowed === undefined ? undefined : Object.values(allowed),
    ]);
  }
  expect(declared.get('DeliveryOptions.TlsPolicy')).toBe('TlsPolicy');
});

function isEnum(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const values = Object.values(value);
  return values.length > 0 && values.every((one) => typeof one === 'string');
}
