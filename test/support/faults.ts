import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What a call into the world meets: nothing, or a fault before or after it took effect. */
export type FaultPlan = {
  /** Which call, from 1, in the order in which calls begin. */
  readonly call: number;
  readonly when: 'before' | 'after';
  /** `once`: this call alone fails. `dead`: the process dies there, every later call fails too. */
  readonly kind: 'once' | 'dead';
};

/** Every call that a stage makes goes through here, so that any one of them can be the last. */
export type Faults = {
  readonly plan: (plan: FaultPlan | undefined) => void;
  /** Fails every call of this name until it is set to nothing. */
  readonly outage: (name: RegExp | undefined) => void;
  readonly run: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Names of the calls since the last plan. */
  readonly calls: readonly string[];
};

export class InjectedFault extends Error {
  override readonly name = 'InjectedFault';
}

export function createFaults(): Faults {
  const calls: string[] = [];
  let planned: FaultPlan | undefined;
  let down: RegExp | undefined;
  let dead = false;
  const fail = (name: string, why: string): never => {
    if (planned?.kind === 'dead' && why !== 'outage') dead = true;
    throw new InjectedFault(`${why} ${name}`);
  };
  return {
    calls,
    plan: (plan) => {
      planned = plan;
      dead = false;
      calls.length = 0;
    },
    outage: (name) => {
      down = name;
    },
    run: async (name, work) => {
      if (dead) fail(name, 'dead at');
      calls.push(name);
      const mine = calls.length;
      if (down?.test(name)) fail(name, 'outage');
      if (planned?.call === mine && planned.when === 'before') fail(name, 'before');
      const answer = await work();
      if (dead) fail(name, 'dead after');
      if (planned?.call === mine && planned.when === 'after') fail(name, 'after');
      return answer;
    },
  };
}

/** Lets every call of a DynamoDB client pass through the faults, under its command's name. */
export function faultyClient(client: DynamoDBClient, faults: Faults): DynamoDBClient {
  client.middlewareStack.add(
    (next, context) => (args) => faults.run(String(context.commandName), () => next(args)),
    { step: 'initialize', priority: 'high' },
  );
  return client;
}
