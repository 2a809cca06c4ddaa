import { randomUUID } from 'node:crypto';
import type { Emulator, Json, JsonObject, Physical, Resource, ResourceProvider } from '../aws.ts';
import { asText, isList, isObject, objectOr, parseJson, stringAt } from '../json-access.ts';

export type CustomResources = {
  /** Creates `AWS::CloudFormation::CustomResource` and every `Custom::…`. */
  readonly create: ResourceProvider;
  /** Takes the answers of the functions, at `/_local/cloudformation/<id>`. */
  readonly local: Emulator;
};

export type CustomResourceOptions = {
  readonly invoke: (
    functionArn: string,
    payload: Json,
  ) => Promise<{ readonly error?: { readonly type: string; readonly message: string } }>;
  readonly endpointUrl: () => string;
  readonly stackId: string;
  /** @default CloudFormation's hour is of no use at a start: one minute. */
  readonly timeoutMs?: number;
};

const timeoutDefaultMs = 60_000;

/**
 * Returns how custom resources are created: their function gets CloudFormation's Create event and
 * answers at a URL of the box.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref.html
 */
export function createCustomResources(options: CustomResourceOptions): CustomResources {
  const waiting = new Map<string, (answer: JsonObject) => void>();
  return {
    create: async (resource) => {
      const functionArn = functionOf(resource);
      const id = randomUUID();
      const answered = new Promise<JsonObject>((resolve) => waiting.set(id, resolve));
      try {
        const event = createEvent(resource, { id, options });
        const failed = failedInvocation(options.invoke(functionArn, event), resource);
        const answer = await Promise.race([answered, failed, timeout(resource, options)]);
        return physicalOf(resource, answer);
      } finally {
        waiting.delete(id);
      }
    },
    local: async (request) => {
      const id = request.url.split('?', 1)[0]?.split('/').at(-1) ?? '';
      const answer = waiting.get(id);
      if (request.method !== 'PUT' || answer === undefined) {
        const message = `no custom resource waits at ${request.url}: PUT the answer once, to the ResponseURL of the event`;
        return { status: 404, body: JSON.stringify({ message }) };
      }
      answer(objectOr(parseJson(request.body.toString())));
      return { status: 200 };
    },
  };
}

function functionOf(resource: Resource): string {
  const token = stringAt(resource.properties, 'ServiceToken') ?? '';
  if (!token.includes(':lambda:')) {
    throw new Error(
      `custom resource ${resource.logicalId} has the ServiceToken ${token}, the box takes the ARN of a function only`,
    );
  }
  return token;
}

function createEvent(
  resource: Resource,
  context: { readonly id: string; readonly options: CustomResourceOptions },
): Json {
  const { id, options } = context;
  return {
    RequestType: 'Create',
    RequestId: id,
    StackId: options.stackId,
    ResponseURL: `${options.endpointUrl()}/_local/cloudformation/${id}`,
    ResourceType: resource.type,
    LogicalResourceId: resource.logicalId,
    ServiceToken: resource.properties['ServiceToken'] ?? '',
    ResourceProperties: scalarsAsText(resource.properties),
  };
}

/** CloudFormation hands every scalar to a custom resource as a string. */
function scalarsAsText(value: Json): Json {
  if (isList(value)) return value.map(scalarsAsText);
  if (!isObject(value)) return asText(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, scalarsAsText(member)]),
  );
}

/** Never resolves: a function that ends well may answer at any time, a failed one never will. */
async function failedInvocation(
  invocation: ReturnType<CustomResourceOptions['invoke']>,
  resource: Resource,
): Promise<never> {
  const { error } = await invocation;
  if (error === undefined) return new Promise<never>(() => {});
  throw new Error(`custom resource ${resource.logicalId} failed: ${error.type}: ${error.message}`);
}

function timeout(resource: Resource, options: CustomResourceOptions): Promise<never> {
  const timeoutMs = options.timeoutMs ?? timeoutDefaultMs;
  return new Promise((_resolve, reject) => {
    setTimeout(() => {
      reject(
        new Error(`custom resource ${resource.logicalId} did not answer within ${timeoutMs} ms`),
      );
    }, timeoutMs).unref();
  });
}

function physicalOf(resource: Resource, answer: JsonObject): Physical {
  if (answer['Status'] !== 'SUCCESS') {
    const reason = stringAt(answer, 'Reason') ?? JSON.stringify(answer);
    throw new Error(`custom resource ${resource.logicalId} failed: ${reason}`);
  }
  return {
    ref: stringAt(answer, 'PhysicalResourceId') ?? resource.logicalId,
    attributes: Object.fromEntries(
      Object.entries(objectOr(answer['Data'])).map(([key, value]) => [key, asText(value)]),
    ),
  };
}
