import type {
  Json,
  Physical,
  Place,
  Resource,
  ResourceProvider,
  ResourceProviders,
} from '../aws.ts';
import type { CreatedResource } from '../iam/grants.ts';
import { asText, isObject, objectOr, stringAt } from '../json-access.ts';
import type { Note } from '../note.ts';
import { creationOrder } from './creation-order.ts';
import { createResolver, type Resolver } from './intrinsics.ts';
import { recordedTypes } from './recorded-types.ts';
import type { Assembly, TemplateResource } from './template.ts';

export type StackOptions = {
  readonly assembly: Assembly;
  readonly place: Place;
  readonly providers: ResourceProviders;
  readonly custom: ResourceProvider;
  /** Values of template parameters; they win over what the assembly and the template say. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly note: Note;
  /** Told of each resource as soon as it exists. */
  readonly onCreated: (resource: CreatedResource & { readonly physical: Physical }) => void;
};

/**
 * Creates the resources of the assembly's stack in the order of their dependencies and returns the
 * stack's outputs.
 * @throws with the logical id of the resource that cannot be created, before any is, when its type
 * is unknown.
 */
export async function createStack(
  options: StackOptions,
): Promise<Readonly<Record<string, string>>> {
  const { assembly } = options;
  const { template } = assembly;
  const created = new Map<string, Physical>();
  const resolver = createResolver({
    place: options.place,
    stackName: assembly.stackName,
    template,
    parameterValues: { ...assembly.parameterValues, ...options.parameters },
    physical: (logicalId) => created.get(logicalId),
  });
  refuseUnknownTypes(template.resources, { options, resolver });
  for (const logicalId of creationOrder(template)) {
    const declared = template.resources[logicalId];
    if (declared === undefined || !isWanted(declared, resolver)) continue;
    const resource = resolved(logicalId, declared, { resolver, assembly });
    const physical = await create(resource, options);
    created.set(logicalId, physical);
    const { type, properties } = resource;
    options.onCreated({ logicalId, type, properties, ref: physical.ref, physical });
  }
  return outputsOf(assembly, resolver);
}

function refuseUnknownTypes(
  resources: Readonly<Record<string, TemplateResource>>,
  context: { readonly options: StackOptions; readonly resolver: Resolver },
): void {
  const { providers } = context.options;
  const unknown = Object.entries(resources).filter(([, resource]) => {
    const { type } = resource;
    const isKnown = isCustom(type) || providers[type] || recordedTypes[type];
    return !isKnown && isWanted(resource, context.resolver);
  });
  if (unknown.length === 0) return;
  const names = unknown.map(([logicalId, { type }]) => `${type} (${logicalId})`).join(', ');
  throw new Error(
    `the box cannot create ${names}: write a provider for it, or record it in local/cloudformation/recorded-types.ts with the reason why it needs nothing locally`,
  );
}

function isCustom(type: string): boolean {
  return type === 'AWS::CloudFormation::CustomResource' || type.startsWith('Custom::');
}

function isWanted(resource: TemplateResource, resolver: Resolver): boolean {
  return resource.condition === undefined || resolver.condition(resource.condition);
}

function resolved(
  logicalId: string,
  declared: TemplateResource,
  context: { readonly resolver: Resolver; readonly assembly: Assembly },
): Resource {
  const { type } = declared;
  try {
    const properties = objectOr(context.resolver.resolve(declared.properties));
    const assetPath = assetPathOf(logicalId, { type, properties }, context.assembly);
    return { logicalId, type, properties, ...(assetPath === undefined ? {} : { assetPath }) };
  } catch (cause) {
    throw new Error(`${type} ${logicalId}: ${messageOf(cause)}`, { cause });
  }
}

function assetPathOf(
  logicalId: string,
  resource: Pick<Resource, 'type' | 'properties'>,
  assembly: Assembly,
): string | undefined {
  const code = resource.properties['Code'];
  const key = isObject(code) ? stringAt(code, 'S3Key') : undefined;
  if (resource.type !== 'AWS::Lambda::Function' || key === undefined) return undefined;
  const path = assembly.assets.get(key);
  if (path === undefined) {
    throw new Error(
      `the code of function ${logicalId} is ${key}, which no asset of the assembly has: synthesize again`,
    );
  }
  return path;
}

async function create(resource: Resource, options: StackOptions): Promise<Physical> {
  const { type, logicalId } = resource;
  const provider = isCustom(type) ? options.custom : options.providers[type];
  if (provider === undefined) {
    const recorded = recordedTypes[type];
    if (recorded === undefined) throw new Error(`${type} ${logicalId} has no provider`);
    options.note(resource, recorded.why);
    return recorded.physical(resource, options.place);
  }
  try {
    return await provider(resource);
  } catch (cause) {
    throw new Error(`${type} ${logicalId} cannot be created: ${messageOf(cause)}`, { cause });
  }
}

function outputsOf(assembly: Assembly, resolver: Resolver): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  for (const [name, output] of Object.entries(assembly.template.outputs)) {
    const { Condition, Value } = objectOr(output);
    if (Condition !== undefined && !resolver.condition(asText(Condition))) continue;
    outputs[name] = asText(resolvedOutput(name, Value ?? null, resolver));
  }
  return outputs;
}

function resolvedOutput(name: string, value: Json, resolver: Resolver): Json {
  try {
    return resolver.resolve(value) ?? '';
  } catch (cause) {
    throw new Error(`output ${name}: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
