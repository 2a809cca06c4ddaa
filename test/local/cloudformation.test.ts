// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type Json,
  type JsonObject,
  localPlace,
  type Physical,
  type Resource,
} from '../../local/aws.ts';
import { creationOrder } from '../../local/cloudformation/creation-order.ts';
import { createCustomResources } from '../../local/cloudformation/custom-resources.ts';
import { createResolver } from '../../local/cloudformation/intrinsics.ts';
import { createStack } from '../../local/cloudformation/stack.ts';
import { type Assembly, loadAssembly, parseTemplate } from '../../local/cloudformation/template.ts';
import { objectOr, stringAt } from '../../local/json-access.ts';

describe('intrinsics', () => {
  const template: JsonObject = {
    Parameters: {
      Stage: { Type: 'String', Default: 'dev' },
      Zones: { Type: 'CommaDelimitedList', Default: 'x, y' },
      Secret: { Type: 'String' },
      BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap' },
    },
    Mappings: { Sizes: { dev: { memory: '128' } } },
    Conditions: {
      IsDev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'dev'] },
      IsProd: { 'Fn::Not': [{ Condition: 'IsDev' }] },
      Either: { 'Fn::Or': [{ Condition: 'IsProd' }, { 'Fn::Equals': [1, '1'] }] },
      Both: { 'Fn::And': [{ Condition: 'IsDev' }, { Condition: 'IsProd' }] },
    },
    Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
  };
  const cases: readonly { readonly of: Json; readonly is: Json | undefined }[] = [
    { of: { Ref: 'Stage' }, is: 'dev' },
    { of: { Ref: 'Zones' }, is: ['x', 'y'] },
    { of: { Ref: 'Queue' }, is: 'http://queue' },
    { of: { Ref: 'AWS::Region' }, is: 'us-east-1' },
    { of: { Ref: 'AWS::AccountId' }, is: '000000000000' },
    { of: { Ref: 'AWS::StackName' }, is: 'Mail' },
    { of: { Ref: 'AWS::URLSuffix' }, is: 'amazonaws.com' },
    { of: { Ref: 'AWS::NoValue' }, is: undefined },
    { of: { a: { Ref: 'AWS::NoValue' }, b: 1 }, is: { b: 1 } },
    { of: ['x', { Ref: 'AWS::NoValue' }], is: ['x'] },
    { of: { 'Fn::GetAtt': ['Queue', 'Arn'] }, is: 'arn:queue' },
    { of: { 'Fn::GetAtt': 'Queue.Arn' }, is: 'arn:queue' },
    { of: { 'Fn::Join': [':', ['a', { Ref: 'Stage' }, 3]] }, is: 'a:dev:3' },
    { of: { 'Fn::Join': ['-', { 'Fn::Split': ['/', 'a/b'] }] }, is: 'a-b' },
    {
      of: { 'Fn::Sub': '${Stage}/${Queue.Arn}/${AWS::Region}/${!Kept}' },
      is: 'dev/arn:queue/us-east-1/${Kept}',
    },
    { of: { 'Fn::Sub': ['${Who} ${Stage}', { Who: { Ref: 'Queue' } }] }, is: 'http://queue dev' },
    { of: { 'Fn::Select': [1, { Ref: 'Zones' }] }, is: 'y' },
    { of: { 'Fn::Select': ['0', ['a', 'b']] }, is: 'a' },
    { of: { 'Fn::If': ['IsDev', 'yes', 'no'] }, is: 'yes' },
    { of: { 'Fn::If': ['IsProd', 'yes', { Ref: 'AWS::NoValue' }] }, is: undefined },
    { of: { 'Fn::If': ['Either', 1, 2] }, is: 1 },
    { of: { 'Fn::If': ['Both', 1, 2] }, is: 2 },
    { of: { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'memory'] }, is: '128' },
    { of: { 'Fn::Base64': 'hi' }, is: 'aGk=' },
    { of: { 'Fn::GetAZs': '' }, is: ['us-east-1a', 'us-east-1b', 'us-east-1c'] },
    { of: { Policy: { Ref: 'x', Other: 1 } }, is: { Policy: { Ref: 'x', Other: 1 } } },
  ];

  test.each(cases)('$of', ({ of, is }) => {
    expect(resolverOf(template).resolve(of)).toEqual(is);
  });

  const errors: readonly { readonly of: Json; readonly says: string }[] = [
    { of: { 'Fn::ImportValue': 'Other' }, says: 'Fn::ImportValue "Other" reads another stack' },
    { of: { 'Fn::Cidr': [] }, says: 'Fn::Cidr is not supported' },
    { of: { Ref: 'Nobody' }, says: 'Nobody is referenced but is neither' },
    { of: { Ref: 'Secret' }, says: 'parameter Secret has no default' },
    {
      of: { 'Fn::GetAtt': ['Queue', 'Colour'] },
      says: 'Queue (AWS::SQS::Queue) has no attribute Colour in the box, known are: Arn',
    },
    { of: { 'Fn::If': ['Maybe', 1, 2] }, says: 'condition Maybe is not in the template' },
    { of: { 'Fn::Select': [5, ['a']] }, says: 'asks for element 5 of a list of 1' },
    { of: { 'Fn::FindInMap': ['Sizes', 'prod', 'memory'] }, says: 'nothing at Sizes/prod/memory' },
    { of: '{{resolve:ssm:/x}}', says: 'dynamic reference' },
  ];

  test.each(errors)('refuses $of', ({ of, says }) => {
    expect(() => resolverOf(template).resolve(of)).toThrow(says);
  });

  test('a parameter given from outside wins over its default', () => {
    const resolver = resolverOf(template, { Stage: 'prod' });
    expect(resolver.resolve({ 'Fn::If': ['IsDev', 'yes', 'no'] })).toBe('no');
  });

  test('a condition that refers to itself is reported', () => {
    const circular = { ...template, Conditions: { A: { Condition: 'B' }, B: { Condition: 'A' } } };
    expect(() => resolverOf(circular).condition('A')).toThrow('condition A refers to itself');
  });
});

describe('creation order', () => {
  test('follows references of every form and DependsOn', () => {
    const order = creationOrder(
      parseTemplate({
        Resources: {
          A: { Type: 'T', Properties: { x: { 'Fn::Sub': '${B.Arn}' } } },
          B: { Type: 'T', Properties: { x: { 'Fn::Join': ['', [{ 'Fn::GetAtt': 'C.Arn' }]] } } },
          C: { Type: 'T', Properties: { x: { 'Fn::If': ['c', { Ref: 'D' }, 1] } } },
          D: { Type: 'T', DependsOn: ['E'] },
          E: { Type: 'T', Properties: { x: { Ref: 'AWS::Region' } } },
        },
      }),
    );
    expect(order).toEqual(['E', 'D', 'C', 'B', 'A']);
  });

  test('reports a circle by its members', () => {
    const template = parseTemplate({
      Resources: {
        A: { Type: 'T', Properties: { x: { Ref: 'B' } } },
        B: { Type: 'T', Properties: { x: { 'Fn::GetAtt': ['A', 'Arn'] } } },
      },
    });
    expect(() => creationOrder(template)).toThrow('in a circle: A → B → A');
  });

  test('reports a dependency that does not exist', () => {
    const template = parseTemplate({ Resources: { A: { Type: 'T', DependsOn: 'Ghost' } } });
    expect(() => creationOrder(template)).toThrow('A depends on Ghost');
  });
});

describe('assembly', () => {
  const dirs: string[] = [];
  afterAll(() => {
    for (const dir of dirs) rmSync(dir, { recursive: true });
  });

  test('finds the stack, its template and the folder of each asset', () => {
    const dir = assemblyDir(dirs, ['Mail']);
    const assembly = loadAssembly(dir);
    expect(assembly.stackName).toBe('Mail');
    expect(Object.keys(assembly.template.resources)).toEqual(['Queue']);
    expect(assembly.assets.get('abc.zip')).toBe(join(dir, 'asset.abc'));
  });

  test('asks for a name when there are several stacks', () => {
    const dir = assemblyDir(dirs, ['One', 'Two']);
    expect(() => loadAssembly(dir)).toThrow('exactly one stack to run, got: One, Two');
    expect(loadAssembly(dir, 'Two').stackName).toBe('Two');
  });

  test('says what to do when there is no assembly', () => {
    const dir = mkdtempSync(join(tmpdir(), 'box-'));
    dirs.push(dir);
    expect(() => loadAssembly(dir)).toThrow('run cdk synth first');
  });
});

describe('stack', () => {
  test('creates in order, hands over resolved properties and resolves outputs', async () => {
    const seen: Resource[] = [];
    const outputs = await createStack({
      ...stackOptions({
        Resources: {
          User: {
            Type: 'Fake',
            Properties: { Name: { Ref: 'Base' }, Drop: { Ref: 'AWS::NoValue' } },
          },
          Base: { Type: 'Fake' },
        },
        Outputs: { Arn: { Value: { 'Fn::GetAtt': ['User', 'Arn'] } } },
      }),
      providers: {
        Fake: (resource) => {
          seen.push(resource);
          return physical(resource.logicalId);
        },
      },
    });
    expect(seen).toEqual([
      { logicalId: 'Base', type: 'Fake', properties: {} },
      { logicalId: 'User', type: 'Fake', properties: { Name: 'ref-Base' } },
    ]);
    expect(outputs).toEqual({ Arn: 'arn-User' });
  });

  test('gives a function the folder of its asset', async () => {
    const paths: (string | undefined)[] = [];
    const options = stackOptions({
      Resources: {
        Fn: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: 'abc.zip' } } },
      },
    });
    const assembly = { ...options.assembly, assets: new Map([['abc.zip', 'folder']]) };
    const provider = ({ assetPath }: Resource): Physical => {
      paths.push(assetPath);
      return physical('Fn');
    };
    await createStack({ ...options, assembly, providers: { 'AWS::Lambda::Function': provider } });
    expect(paths).toEqual(['folder']);
    const lost = createStack({ ...options, providers: { 'AWS::Lambda::Function': provider } });
    await expect(lost).rejects.toThrow('the code of function Fn is abc.zip, which no asset');
  });

  test('fails on an unknown type before anything is created', async () => {
    let createdCount = 0;
    const options = stackOptions({
      Resources: { A: { Type: 'Fake' }, B: { Type: 'AWS::Quantum::Computer' } },
    });
    const provider = (): Physical => {
      createdCount += 1;
      return physical('A');
    };
    await expect(createStack({ ...options, providers: { Fake: provider } })).rejects.toThrow(
      'the box cannot create AWS::Quantum::Computer (B)',
    );
    expect(createdCount).toBe(0);
  });

  test('leaves out a resource whose condition does not hold, whatever its type', async () => {
    const outputs = await createStack(
      stackOptions({
        Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
        Resources: { A: { Type: 'AWS::Quantum::Computer', Condition: 'Never' } },
        Outputs: { Gone: { Condition: 'Never', Value: { Ref: 'A' } } },
      }),
    );
    expect(outputs).toEqual({});
  });

  test('records a type that needs nothing locally, with the reason', async () => {
    const notes: string[] = [];
    const outputs = await createStack({
      ...stackOptions({
        Resources: { Role: { Type: 'AWS::IAM::Role' } },
        Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
      }),
      note: (resource, why) => notes.push(`${resource.logicalId}: ${why}`),
    });
    expect(outputs).toEqual({ Arn: 'arn:aws:iam::000000000000:role/Role' });
    expect(notes).toEqual([expect.stringContaining('Role: local/iam reads it')]);
  });

  test('names the resource when its provider or a reference fails', async () => {
    const options = stackOptions({
      Resources: { A: { Type: 'Fake', Properties: { x: { 'Fn::ImportValue': 'y' } } } },
    });
    const working = { Fake: () => physical('A') };
    await expect(createStack({ ...options, providers: working })).rejects.toThrow(
      'Fake A: Fn::ImportValue',
    );
    const broken = {
      Fake: () => {
        throw new Error('no room');
      },
    };
    const plain = stackOptions({ Resources: { A: { Type: 'Fake' } } });
    await expect(createStack({ ...plain, providers: broken })).rejects.toThrow(
      'Fake A cannot be created: no room',
    );
  });
});

describe('custom resources', () => {
  const resource: Resource = {
    logicalId: 'Seed',
    type: 'Custom::Seed',
    properties: {
      ServiceToken: 'arn:aws:lambda:us-east-1:000000000000:function:F',
      Count: 3,
      On: true,
    },
  };

  test('the function gets the Create event with scalars as text, and its answer becomes attributes', async () => {
    const events: JsonObject[] = [];
    const custom = answering(
      { Status: 'SUCCESS', PhysicalResourceId: 'p', Data: { N: 7 } },
      events,
    );
    expect(await custom.create(resource)).toEqual({ ref: 'p', attributes: { N: '7' } });
    expect(events[0]).toMatchObject({
      RequestType: 'Create',
      ResourceType: 'Custom::Seed',
      LogicalResourceId: 'Seed',
      ResourceProperties: { Count: '3', On: 'true' },
    });
  });

  test('a FAILED answer, a failing function and silence are failures', async () => {
    const refused = answering({ Status: 'FAILED', Reason: 'no quota' }, []);
    await expect(refused.create(resource)).rejects.toThrow('Seed failed: no quota');
    const options = { endpointUrl: () => 'http://box', stackId: 'stack', timeoutMs: 20 };
    const throwing = createCustomResources({
      ...options,
      invoke: async () => ({ error: { type: 'TypeError', message: 'x is not a function' } }),
    });
    await expect(throwing.create(resource)).rejects.toThrow('TypeError: x is not a function');
    const silent = createCustomResources({ ...options, invoke: async () => ({}) });
    await expect(silent.create(resource)).rejects.toThrow('did not answer within 20 ms');
  });

  test('an answer that nobody waits for is refused', async () => {
    const custom = answering({ Status: 'SUCCESS' }, []);
    const answer = await put(custom.local, '/_local/cloudformation/unknown', {});
    expect(answer.status).toBe(404);
  });

  function answering(answer: JsonObject, events: JsonObject[]) {
    const custom = createCustomResources({
      endpointUrl: () => 'http://box',
      stackId: 'stack',
      invoke: async (_arn, payload) => {
        const event = objectOr(payload);
        events.push(event);
        const url = new URL(stringAt(event, 'ResponseURL') ?? '');
        await put(custom.local, url.pathname, answer);
        return {};
      },
    });
    return custom;
  }
});

function put(
  local: ReturnType<typeof createCustomResources>['local'],
  url: string,
  body: JsonObject,
) {
  return local({
    service: '',
    principal: '',
    method: 'PUT',
    url,
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
  });
}

function resolverOf(template: JsonObject, parameterValues: Readonly<Record<string, string>> = {}) {
  return createResolver({
    place: localPlace,
    stackName: 'Mail',
    template: parseTemplate(template),
    parameterValues,
    physical: (logicalId) =>
      logicalId === 'Queue' ? { ref: 'http://queue', attributes: { Arn: 'arn:queue' } } : undefined,
  });
}

function physical(logicalId: string): Physical {
  return { ref: `ref-${logicalId}`, attributes: { Arn: `arn-${logicalId}` } };
}

function stackOptions(template: JsonObject): Parameters<typeof createStack>[0] {
  const assembly: Assembly = {
    stackName: 'Mail',
    template: parseTemplate(template),
    parameterValues: {},
    assets: new Map(),
  };
  return {
    assembly,
    place: localPlace,
    providers: {},
    parameters: {},
    custom: () => {
      throw new Error('no custom resource expected');
    },
    note: () => {},
    onCreated: () => {},
  };
}

function assemblyDir(dirs: string[], stacks: readonly string[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'box-'));
  dirs.push(dir);
  mkdirSync(join(dir, 'asset.abc'));
  const write = (name: string, body: JsonObject): void =>
    writeFileSync(join(dir, name), JSON.stringify(body));
  const artifacts: Record<string, Json> = {};
  for (const name of stacks) {
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      properties: { templateFile: `${name}.template.json` },
    };
    write(`${name}.template.json`, {
      Resources: { Queue: { Type: 'AWS::SQS::Queue' }, Meta: { Type: 'AWS::CDK::Metadata' } },
    });
  }
  artifacts['assets'] = { type: 'cdk:asset-manifest', properties: { file: 'x.assets.json' } };
  write('x.assets.json', {
    files: {
      abc: { source: { path: 'asset.abc' }, destinations: { here: { objectKey: 'abc.zip' } } },
    },
  });
  write('manifest.json', { artifacts });
  return dir;
}
