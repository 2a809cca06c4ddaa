import { AsyncLocalStorage } from 'node:async_hooks';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What one call into the world meets. */
export type FaultPlan = {
  /** Which call, from 1, in the order in which calls begin. */
  readonly call: number;
  /** Before or after it took effect. */
  readonly when: 'before' | 'after';
  /** `once`: this call alone fails. `dead`: the process dies there, every later call of it fails too. */
  readonly kind: 'once' | 'dead';
};

/** Every call that a stage makes goes through here, so that any one of them can be the last. */
export type Faults = {
  readonly plan: (plan: FaultPlan | undefined) => void;
  /** Fails every call of this name until it is set to nothing. */
  readonly outage: (name: RegExp | undefined) => void;
  readonly run: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Runs one invocation: what dies in it stays dead, the next one lives. */
  readonly invocation: <T>(work: () => Promise<T>) => Promise<T>;
  /** The call that failed and all that had begun by then; nothing when there were fewer calls. */
  readonly struck: () => { readonly at: string; readonly begun: readonly string[] } | undefined;
};

export class InjectedFault extends Error {
  override readonly name = 'InjectedFault';
}

/** Waiting is done by the process itself: it can die meanwhile, but waiting cannot fail. */
const cannotFail = 'pause';

export function createFaults(): Faults {
  const calls: string[] = [];
  const process = new AsyncLocalStorage<{ dead: boolean }>();
  let planned: FaultPlan | undefined;
  let down: RegExp | undefined;
  let struck: { at: string; begun: readonly string[] } | undefined;
  const meet = (name: string, call: number, when: FaultPlan['when']) => {
    const alive = process.getStore();
    if (alive?.dead) throw new InjectedFault(`dead ${when} ${name}`);
    if (planned?.call !== call || planned.when !== when) return;
    struck = { at: name, begun: [...calls] };
    if (planned.kind === 'once' && name === cannotFail) return;
    if (alive && planned.kind === 'dead') alive.dead = true;
    throw new InjectedFault(`${when} ${name}`);
  };
  return {
    struck: () => struck,
    plan: (plan) => {
      planned = plan;
      struck = undefined;
      calls.length = 0;
    },
    outage: (name) => {
      down = name;
    },
    invocation: (work) => process.run({ dead: false }, work),
    run: async (name, work) => {
      const call = calls.push(name);
      meet(name, call, 'before');
      if (down?.test(name)) throw new InjectedFault(`outage of ${name}`);
      const answer = await work();
      meet(name, call, 'after');
      return answer;
    },
  };
}

/** Lets every call of a DynamoDB client pass through the faults, under its command's name. */
export function faultyClient(client: DynamoDBClient, faults: Faults): DynamoDBClient {
  client.middlewareStack.add(
    (next, context) => (args) => faults.run(String(context['commandName']), () => next(args)),
    { step: 'initialize', priority: 'high' },
  );
  return client;
}
