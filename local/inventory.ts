import type { JsonObject, Physical } from './aws.ts';
import { type CreatedResource, type Grant, grantsOf } from './iam/grants.ts';
import { stringAt } from './json-access.ts';
import type { Note, Recorded } from './note.ts';

/** What exists in the box, and what follows from it. */
export type Inventory = {
  readonly add: (resource: CreatedResource & { readonly physical: Physical }) => void;
  readonly note: Note;
  readonly recorded: readonly Recorded[];
  readonly resources: () => Readonly<
    Record<string, { readonly type: string; readonly physical: Physical }>
  >;
  /** What each function may do, as of the resources that exist now. */
  readonly grants: () => ReadonlyMap<string, Grant>;
  /** Returns whether a queue feeds a function by an enabled event source mapping. */
  readonly feedsFunction: (queueName: string) => boolean;
  /** Returns the ARN of the secret of this name. */
  readonly secretArn: (name: string) => string;
};

/** Returns an inventory without any resource. */
export function createInventory(): Inventory {
  const created: (CreatedResource & { readonly physical: Physical })[] = [];
  const recorded: Recorded[] = [];
  const queuesOfFunctions = new Set<string>();
  let grants: ReadonlyMap<string, Grant> | undefined;
  return {
    add: (resource) => {
      created.push(resource);
      grants = undefined;
      const queue = queueFeeding(resource.type, resource.properties);
      if (queue !== undefined) queuesOfFunctions.add(queue);
    },
    note: ({ logicalId, type }, why) => {
      recorded.push({ logicalId, type, why });
    },
    recorded,
    resources: () =>
      Object.fromEntries(
        created.map(({ logicalId, type, physical }) => [logicalId, { type, physical }]),
      ),
    grants: () => {
      grants ??= grantsOf(created);
      return grants;
    },
    feedsFunction: (queueName) => queuesOfFunctions.has(queueName),
    secretArn: (name) => {
      const secret = created.find(
        (one) =>
          one.type === 'AWS::SecretsManager::Secret' &&
          (stringAt(one.properties, 'Name') ?? one.logicalId) === name,
      );
      return secret?.ref ?? name;
    },
  };
}

function queueFeeding(type: string, properties: JsonObject): string | undefined {
  if (type !== 'AWS::Lambda::EventSourceMapping') return undefined;
  if (String(properties['Enabled']) === 'false') return undefined;
  return stringAt(properties, 'EventSourceArn')?.split(':').at(-1);
}
