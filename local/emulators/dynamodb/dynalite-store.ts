import { createRequire } from 'node:module';
import type { Json, JsonObject, Place } from '../../aws.ts';
import { isObject } from '../../json-access.ts';
import { rememberExpressions } from './remembered-expressions.ts';

/** One answer of the table store: what DynamoDB answers, or its error with the HTTP status. */
export type StoreAnswer = { readonly status: number; readonly body: JsonObject };

/** Is told of every item that an operation looks at by its key, and of what it leaves there. */
export type Watch = {
  readonly read: (table: string, key: string, item: JsonObject | undefined) => void;
  readonly written: (table: string, key: string, item: JsonObject | undefined) => void;
};

export type TableStore = {
  /** Runs one DynamoDB operation, for instance `PutItem`. */
  readonly run: (operation: string, input: JsonObject, watch?: Watch) => Promise<StoreAnswer>;
  /** Puts items into a table without secondary indexes, unchecked and many times faster than a request. */
  readonly fill: (table: string, items: Iterable<JsonObject>) => Promise<void>;
  readonly close: () => Promise<void>;
};

type Callback = (failure: StoreFailure | null, value?: Json) => void;
type StoreFailure = Error & { readonly statusCode?: number; readonly body?: JsonObject };
type ItemDb = {
  get(key: string, callback: Callback): void;
  put(key: string, item: JsonObject, callback: Callback): void;
  del(key: string, callback: Callback): void;
  batch(
    puts: readonly { readonly type: 'put'; readonly key: string; readonly value: JsonObject }[],
    callback: Callback,
  ): void;
};
type Store = {
  readonly tableDb: { awsAccountId: string; awsRegion: string };
  readonly lifecycleManager?: { gracefulClose(callback: (failure?: Error) => void): void };
  readonly db: { close(callback: (failure?: Error) => void): void };
  getItemDb(table: string): ItemDb;
  getTable(name: string, callback: Callback): void;
};
type Action = (store: Store, data: JsonObject, callback: Callback) => void;
type ActionValidation = { readonly types: object; readonly custom?: object };

/** dynalite ships no types: these are the parts of version 4.0.0 that are used here. */
const require = createRequire(import.meta.url);
const database: {
  create(options: object): Store;
  createKey(item: JsonObject, table: Json): string;
} = require('dynalite/db');
const validations: {
  checkTypes(data: JsonObject, types: object): JsonObject;
  checkValidations(data: JsonObject, types: object, custom: object | undefined, store: Store): void;
} = require('dynalite/validations');

for (const parser of ['conditionParser', 'updateParser'])
  rememberExpressions(require(`dynalite/db/${parser}`));

const fillChunk = 1_000;
const returnOnFailure = 'ReturnValuesOnConditionCheckFailure';

/**
 * Returns dynalite's tables in memory, driven without its HTTP server: DynamoDB's validation and
 * actions, with the item of a failed condition at hand.
 */
export function createTableStore(place: Place): TableStore {
  const store = database.create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  store.tableDb.awsAccountId = place.accountId;
  store.tableDb.awsRegion = place.region;
  const operations = new Map<string, { act: Action; rules: ActionValidation }>();

  const operationOf = (name: string): { act: Action; rules: ActionValidation } => {
    const before = operations.get(name);
    if (before !== undefined) return before;
    const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    const loaded = {
      act: require(`dynalite/actions/${file}`),
      rules: require(`dynalite/validations/${file}`),
    };
    operations.set(name, loaded);
    return loaded;
  };

  return {
    run: (name, input, watch) =>
      new Promise((resolve, reject) => {
        const wantsItem = input[returnOnFailure] === 'ALL_OLD';
        const { act, rules } = operationOf(name);
        let failedOn: JsonObject | undefined;
        const answer: Callback = (failure, value) => {
          if (failure === null || failure === undefined) {
            return resolve({ status: 200, body: isObject(value) ? value : {} });
          }
          if (failure.statusCode === undefined || failure.body === undefined)
            return reject(failure);
          const body = failedOn === undefined ? failure.body : withItem(failure.body, failedOn);
          resolve({ status: failure.statusCode, body });
        };
        try {
          const data = validations.checkTypes(input, rules.types);
          validations.checkValidations(data, rules.types, rules.custom, store);
          const remember: Watch = {
            read: (_table, _key, item) => (failedOn = item),
            written: () => undefined,
          };
          const seen = wantsItem ? watched(store, remember) : store;
          act(watch ? watched(seen, watch) : seen, data, answer);
        } catch (failure) {
          answer(asFailure(failure));
        }
      }),
    fill: async (name, items) => {
      const table = await answered((done) => store.getTable(name, done));
      const stored = store.getItemDb(name);
      const flush = (chunk: readonly JsonObject[]) =>
        answered((done) =>
          stored.batch(
            chunk.map((value) => ({ type: 'put', key: database.createKey(value, table), value })),
            done,
          ),
        );
      let chunk: JsonObject[] = [];
      for (const item of items) {
        chunk.push(item);
        if (chunk.length === fillChunk) {
          await flush(chunk);
          chunk = [];
        }
      }
      await flush(chunk);
    },
    close: () =>
      new Promise((resolve, reject) => {
        const closed = (failure?: Error): void => (failure ? reject(failure) : resolve());
        if (store.lifecycleManager === undefined) store.db.close(closed);
        else store.lifecycleManager.gracefulClose(closed);
      }),
  };
}

/**
 * dynalite reads the existing item under the item's lock before it checks the condition: seeing
 * that read gives exactly the item that the condition failed on, even among concurrent writers.
 */
function watched(store: Store, watch: Watch): Store {
  const derived: Store = Object.create(store);
  derived.getItemDb = (table) => {
    const items = store.getItemDb(table);
    const seen: ItemDb = Object.create(items);
    seen.get = (key, callback) =>
      items.get(key, (failure, value) => {
        watch.read(table, key, isObject(value) ? value : undefined);
        callback(failure, value);
      });
    seen.put = (key, item, callback) => {
      watch.written(table, key, item);
      items.put(key, item, callback);
    };
    seen.del = (key, callback) => {
      watch.written(table, key, undefined);
      items.del(key, callback);
    };
    return seen;
  };
  return derived;
}

function answered(ask: (done: Callback) => void): Promise<Json> {
  return new Promise((resolve, reject) => {
    ask((failure, value) => (failure ? reject(failure) : resolve(value ?? null)));
  });
}

function withItem(body: JsonObject, item: JsonObject): JsonObject {
  const isConditional = String(body['__type']).endsWith('#ConditionalCheckFailedException');
  return isConditional ? { ...body, Item: item } : body;
}

function asFailure(cause: unknown): StoreFailure {
  return cause instanceof Error ? cause : new Error(String(cause));
}
