import type { Json, JsonObject, Physical, Place } from '../aws.ts';
import { asText, isList, isObject, objectOr, stringAt } from '../json-access.ts';
import { type ConditionEvaluator, createConditions } from './conditions.ts';
import { subTokens } from './sub.ts';
import type { Template } from './template.ts';

/** What the intrinsic functions of one stack can look at. */
export type Scope = {
  readonly place: Place;
  readonly stackName: string;
  readonly template: Template;
  /** Values given from outside; a parameter without one takes its default. */
  readonly parameterValues: Readonly<Record<string, string>>;
  /** What a logical id became, once created. */
  readonly physical: (logicalId: string) => Physical | undefined;
};

export type Resolver = {
  /** Returns the value with every intrinsic replaced; nothing for `AWS::NoValue`. */
  readonly resolve: (value: Json) => Json | undefined;
  /** Returns what the named condition of the template says. */
  readonly condition: (name: string) => boolean;
};

type Intrinsic = (argument: Json, resolver: ResolverInternals) => Json | undefined;
type ResolverInternals = Resolver & {
  readonly scope: Scope;
  readonly conditions: ConditionEvaluator;
};

/**
 * Returns the resolver of CloudFormation's intrinsic functions for one stack.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function createResolver(scope: Scope): Resolver {
  const resolve = (value: Json): Json | undefined => resolveValue(value, internals);
  const conditions = createConditions(scope.template.conditions, resolve);
  const internals: ResolverInternals = { resolve, condition: conditions.named, scope, conditions };
  return internals;
}

/** Returns the stack id that `AWS::StackId` answers in the box. */
export function stackIdOf(place: Place, stackName: string): string {
  const { partition, region, accountId } = place;
  return `arn:${partition}:cloudformation:${region}:${accountId}:stack/${stackName}/00000000-0000-4000-8000-000000000000`;
}

function resolveValue(value: Json, resolver: ResolverInternals): Json | undefined {
  if (typeof value === 'string' && value.includes('{{resolve:')) {
    throw new Error(
      `dynamic reference ${value} is not supported: pass the name and read it at run time`,
    );
  }
  if (isList(value)) return value.map((one) => resolveValue(one, resolver)).filter(isPresent);
  if (!isObject(value)) return value;
  const [only, ...others] = Object.entries(value);
  if (only !== undefined && others.length === 0) {
    const [name, argument] = only;
    const intrinsic = intrinsics[name];
    if (intrinsic !== undefined) return intrinsic(argument, resolver);
    if (name.startsWith('Fn::')) {
      throw new Error(
        `intrinsic function ${name} is not supported, known are: ${Object.keys(intrinsics).join(', ')}`,
      );
    }
  }
  const resolved: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    const result = resolveValue(member, resolver);
    if (result !== undefined) resolved[key] = result;
  }
  return resolved;
}

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, resolver) => ref(asText(argument), resolver.scope),
  'Fn::GetAtt': (argument, resolver) => getAtt(argument, resolver),
  'Fn::Join': (argument, resolver) => {
    const [separator, parts] = pair(argument, 'Fn::Join');
    return listOf(parts, 'Fn::Join', resolver).map(asText).join(asText(separator));
  },
  'Fn::Sub': (argument, resolver) => sub(argument, resolver),
  'Fn::Select': (argument, resolver) => {
    const [index, from] = pair(argument, 'Fn::Select');
    const list = listOf(from, 'Fn::Select', resolver);
    const wanted = Number(resolver.resolve(index));
    const chosen = list[wanted];
    if (chosen === undefined) {
      throw new Error(`Fn::Select asks for element ${wanted} of a list of ${list.length}`);
    }
    return chosen;
  },
  'Fn::Split': (argument, resolver) => {
    const [separator, text] = pair(argument, 'Fn::Split');
    return required(resolver.resolve(text), 'Fn::Split').split(asText(separator));
  },
  'Fn::If': (argument, resolver) => {
    if (!isList(argument) || argument.length !== 3) {
      throw new Error(`Fn::If takes a condition and two values, got ${JSON.stringify(argument)}`);
    }
    const [name = '', whenTrue = null, whenFalse = null] = argument;
    return resolver.resolve(resolver.condition(asText(name)) ? whenTrue : whenFalse);
  },
  'Fn::FindInMap': (argument, resolver) => findInMap(argument, resolver),
  'Fn::Base64': (argument, resolver) =>
    Buffer.from(required(resolver.resolve(argument), 'Fn::Base64')).toString('base64'),
  'Fn::GetAZs': (argument, resolver) => {
    const region = asText(resolver.resolve(argument) ?? '') || resolver.scope.place.region;
    return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
  },
  'Fn::ImportValue': (argument) => {
    throw new Error(
      `Fn::ImportValue ${JSON.stringify(argument)} reads another stack, the box runs one: pass the value as a parameter`,
    );
  },
};

const pseudoParameters: Readonly<Record<string, (scope: Scope) => Json | undefined>> = {
  'AWS::AccountId': (scope) => scope.place.accountId,
  'AWS::Region': (scope) => scope.place.region,
  'AWS::Partition': (scope) => scope.place.partition,
  'AWS::URLSuffix': () => 'amazonaws.com',
  'AWS::StackName': (scope) => scope.stackName,
  'AWS::StackId': (scope) => stackIdOf(scope.place, scope.stackName),
  'AWS::NotificationARNs': () => [],
  'AWS::NoValue': () => undefined,
};

function ref(name: string, scope: Scope): Json | undefined {
  const pseudo = pseudoParameters[name];
  if (pseudo !== undefined) return pseudo(scope);
  const parameter = scope.template.parameters[name];
  if (parameter !== undefined) return parameterValue(name, objectOr(parameter), scope);
  return created(name, scope).ref;
}

function parameterValue(name: string, parameter: JsonObject, scope: Scope): Json {
  const value = scope.parameterValues[name] ?? parameter['Default'];
  if (value === undefined) {
    throw new Error(`parameter ${name} has no default: give its value in parameters`);
  }
  const type = stringAt(parameter, 'Type') ?? 'String';
  if (type.startsWith('AWS::SSM::')) {
    throw new Error(`parameter ${name} of type ${type} is not supported: the box has no SSM`);
  }
  const isListType = type === 'CommaDelimitedList' || type.startsWith('List<');
  return isListType
    ? asText(value)
        .split(',')
        .map((one) => one.trim())
    : asText(value);
}

function getAtt(argument: Json, resolver: ResolverInternals): string {
  const [logicalId, attribute] = isList(argument)
    ? [
        asText(argument[0] ?? ''),
        argument
          .slice(1)
          .map((one) => asText(resolver.resolve(one) ?? ''))
          .join('.'),
      ]
    : splitOnce(asText(argument));
  return attributeOf(logicalId, attribute, resolver.scope);
}

function attributeOf(logicalId: string, attribute: string, scope: Scope): string {
  const { attributes } = created(logicalId, scope);
  const value = attributes[attribute];
  if (value === undefined) {
    const type = scope.template.resources[logicalId]?.type;
    const known = Object.keys(attributes).join(', ') || 'none';
    throw new Error(
      `${logicalId} (${type}) has no attribute ${attribute} in the box, known are: ${known}`,
    );
  }
  return value;
}

function sub(argument: Json, resolver: ResolverInternals): string {
  const [text, variables] = isList(argument)
    ? [asText(argument[0] ?? ''), objectOr(argument[1])]
    : [asText(argument), {}];
  return subTokens(text)
    .map((token) => {
      if (token.kind === 'text') return token.text;
      const variable = objectOr(variables)[token.name];
      if (variable !== undefined) return required(resolver.resolve(variable), 'Fn::Sub');
      if (pseudoParameters[token.name] === undefined && token.name.includes('.')) {
        return attributeOf(...splitOnce(token.name), resolver.scope);
      }
      return required(ref(token.name, resolver.scope), 'Fn::Sub');
    })
    .join('');
}

function findInMap(argument: Json, resolver: ResolverInternals): Json {
  const keys = isList(argument) ? argument : [];
  const [map, top, second] = keys.map((one) => asText(resolver.resolve(one) ?? ''));
  const section = objectOr(resolver.scope.template.mappings[map ?? '']);
  const found = objectOr(section[top ?? ''])[second ?? ''];
  if (found === undefined) {
    throw new Error(`Fn::FindInMap finds nothing at ${map}/${top}/${second} in Mappings`);
  }
  return found;
}

function created(logicalId: string, scope: Scope): Physical {
  const physical = scope.physical(logicalId);
  if (physical === undefined) {
    throw new Error(`${logicalId} is referenced but is neither a parameter nor a created resource`);
  }
  return physical;
}

function pair(argument: Json, name: string): readonly [Json, Json] {
  const [first, second] = isList(argument) ? argument : [];
  if (first === undefined || second === undefined) {
    throw new Error(`${name} takes a list of two, got ${JSON.stringify(argument)}`);
  }
  return [first, second];
}

function listOf(value: Json, name: string, resolver: ResolverInternals): readonly Json[] {
  const list = resolver.resolve(value);
  if (!isList(list)) throw new Error(`${name} takes a list, got ${JSON.stringify(list)}`);
  return list;
}

function required(value: Json | undefined, name: string): string {
  if (value === undefined) throw new Error(`${name} got AWS::NoValue where it needs a string`);
  return asText(value);
}

function splitOnce(text: string): readonly [string, string] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
}

function isPresent(value: Json | undefined): value is Json {
  return value !== undefined;
}
