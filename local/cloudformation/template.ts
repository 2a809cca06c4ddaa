import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Json, JsonObject } from '../aws.ts';
import { asText, isObject, listOr, objectOr, stringAt } from '../json-access.ts';

export type TemplateResource = {
  readonly type: string;
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  readonly condition?: string;
};

export type Template = {
  readonly parameters: JsonObject;
  readonly mappings: JsonObject;
  readonly conditions: JsonObject;
  readonly resources: Readonly<Record<string, TemplateResource>>;
  readonly outputs: JsonObject;
};

export type Assembly = {
  readonly stackName: string;
  readonly template: Template;
  /** Parameter values that the CDK fixed at synthesis. */
  readonly parameterValues: Readonly<Record<string, string>>;
  /** Object key of an asset in the staging bucket → absolute path of its folder or file. */
  readonly assets: ReadonlyMap<string, string>;
};

type Artifact = { readonly id: string; readonly dir: string; readonly body: JsonObject };

const typesOfTheCdkItself = ['AWS::CDK::Metadata'];
const bootstrapParameter = 'BootstrapVersion';

/**
 * Reads a cloud assembly folder (`cdk.out`): the template of its one stack, or of the stack named,
 * and where each file asset lies.
 */
export function loadAssembly(assemblyDir: string, stackName?: string): Assembly {
  const artifacts = artifactsOf(resolve(assemblyDir));
  const stack = chooseStack(artifacts, { assemblyDir, stackName });
  const properties = objectOr(stack.body['properties']);
  const file = stringAt(properties, 'templateFile');
  if (file === undefined) {
    throw new Error(`stack ${stack.id} in ${assemblyDir} names no templateFile: synthesize again`);
  }
  return {
    stackName: stringAt(properties, 'stackName') ?? stack.id,
    template: parseTemplate(readJson(join(stack.dir, file))),
    parameterValues: Object.fromEntries(
      Object.entries(objectOr(properties['parameters'])).map(([key, value]) => [
        key,
        asText(value),
      ]),
    ),
    assets: new Map(
      artifacts.filter((one) => one.body['type'] === 'cdk:asset-manifest').flatMap(assetsOf),
    ),
  };
}

/** Reads a parsed CloudFormation template; what only serves the CDK's bootstrap is left out. */
export function parseTemplate(json: Json): Template {
  const body = objectOr(json);
  const resources: Record<string, TemplateResource> = {};
  for (const [logicalId, value] of Object.entries(objectOr(body['Resources']))) {
    const resource = parseResource(logicalId, value);
    if (!typesOfTheCdkItself.includes(resource.type)) resources[logicalId] = resource;
  }
  const { [bootstrapParameter]: _bootstrap, ...parameters } = objectOr(body['Parameters']);
  return {
    parameters,
    mappings: objectOr(body['Mappings']),
    conditions: objectOr(body['Conditions']),
    resources,
    outputs: objectOr(body['Outputs']),
  };
}

function parseResource(logicalId: string, value: Json): TemplateResource {
  const type = isObject(value) ? stringAt(value, 'Type') : undefined;
  if (!isObject(value) || type === undefined) {
    throw new Error(
      `resource ${logicalId} has no Type: the template is not one CloudFormation takes`,
    );
  }
  const condition = stringAt(value, 'Condition');
  return {
    type,
    properties: objectOr(value['Properties']),
    dependsOn: listOr(value['DependsOn']).map(asText),
    ...(condition === undefined ? {} : { condition }),
  };
}

function artifactsOf(dir: string): readonly Artifact[] {
  const manifest = objectOr(readJson(join(dir, 'manifest.json')));
  return Object.entries(objectOr(manifest['artifacts'])).flatMap(([id, value]) => {
    const body = objectOr(value);
    const nested = stringAt(objectOr(body['properties']), 'directoryName');
    return body['type'] === 'cdk:cloud-assembly' && nested !== undefined
      ? artifactsOf(join(dir, nested))
      : [{ id, dir, body }];
  });
}

function chooseStack(
  artifacts: readonly Artifact[],
  wanted: { readonly assemblyDir: string; readonly stackName: string | undefined },
): Artifact {
  const stacks = artifacts.filter((one) => one.body['type'] === 'aws:cloudformation:stack');
  const found =
    wanted.stackName === undefined
      ? stacks
      : stacks.filter((one) => one.id === wanted.stackName || nameOf(one) === wanted.stackName);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const names = stacks.map((one) => one.id).join(', ') || 'none';
    throw new Error(
      `${wanted.assemblyDir} must hold exactly one stack to run, got: ${names}; name one with stackName`,
    );
  }
  return only;
}

function nameOf(artifact: Artifact): string | undefined {
  return stringAt(objectOr(artifact.body['properties']), 'stackName');
}

function assetsOf(artifact: Artifact): readonly (readonly [string, string])[] {
  const file = stringAt(objectOr(artifact.body['properties']), 'file');
  if (file === undefined) return [];
  const files = objectOr(objectOr(readJson(join(artifact.dir, file)))['files']);
  return Object.values(files).flatMap((entry) => {
    const asset = objectOr(entry);
    const path = stringAt(objectOr(asset['source']), 'path');
    if (path === undefined) return [];
    return Object.values(objectOr(asset['destinations'])).flatMap((destination) => {
      const key = stringAt(objectOr(destination), 'objectKey');
      return key === undefined ? [] : [[key, resolve(artifact.dir, path)] as const];
    });
  });
}

function readJson(path: string): Json {
  try {
    const parsed: Json = JSON.parse(readFileSync(path, 'utf8'));
    return parsed;
  } catch (cause) {
    throw new Error(`${path} is not a readable JSON file: run cdk synth first`, { cause });
  }
}
