import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { createDynamo, localTarget } from '../../adapters/clients.ts';
import type { Table } from '../../adapters/items.ts';
import { namesOf } from '../../contract/names.ts';
import { tagNames } from '../../contract/tags.ts';
import type { Runtime } from '../../local/runtime.ts';
import { type Collected, collectOutcomes } from './collect.ts';
import { enqueue, type QueuedRequest } from './enqueue.ts';
import { expectRequests } from './expected.ts';

export type RunReport = Collected & {
  /** Mails SES received more than once for the same recipient of the same request. */
  readonly doubleSent: number;
  readonly seconds: number;
};

/** Looks at the pipeline this often; twice in a row at rest means that it rests. */
const lookMs = 150;

/** Sends bodies through the running pipeline and reports when every recipient has its outcome. */
export async function runRequests(
  waves: readonly (readonly string[])[],
  pipeline: {
    readonly runtime: Runtime;
    readonly deployment: string;
    readonly streams: readonly string[];
    readonly timeoutSeconds: number;
    readonly onProgress: (text: string) => void;
  },
): Promise<RunReport> {
  const { runtime, deployment, streams } = pipeline;
  const startedAt = performance.now();
  const deadline = startedAt + pipeline.timeoutSeconds * 1000;
  const dynamo = createDynamo(localTarget(runtime.endpointUrl));
  const ledger = { dynamo, name: namesOf(deployment).tables.ledger };
  const queued: QueuedRequest[] = [];
  const expected = expectRequests(waves.flat(), streams);
  let from = 0;
  let settled: Settled | undefined;
  for (const wave of waves) {
    queued.push(
      ...(await enqueue(expected.slice(from, from + wave.length), {
        deployment,
        endpoint: runtime.endpointUrl,
      })),
    );
    from += wave.length;
    settled = await settle(queued, { ...pipeline, ledger, deadline });
  }
  const collected = settled?.collected ?? (await collectOutcomes(queued, ledger, 0));
  const restedAt = settled?.restedAt ?? performance.now();
  dynamo.destroy();
  return {
    ...collected,
    doubleSent: await countDoubleSent(runtime),
    seconds: Math.round((restedAt - startedAt) / 10) / 100,
  };
}

/** What became of everybody, and when the pipeline came to rest; undefined when the time was up first. */
type Settled = { readonly collected: Collected; readonly restedAt: number };

type Settling = Parameters<typeof runRequests>[1] & {
  readonly ledger: Table;
  /** When waiting ends, by the process's own clock. */
  readonly deadline: number;
};

/** A queue that stands still this many looks may hold only mail that waits for its hour. */
const stillLooks = 10;

/** Waits until the pipeline rests and nobody is left without an outcome, or the time is up. */
async function settle(
  queued: readonly QueuedRequest[],
  pipeline: Settling,
): Promise<Settled | undefined> {
  let resting = 0;
  let still = 0;
  let restedAt = performance.now();
  while (performance.now() < pipeline.deadline) {
    await pause(lookMs);
    const depth = await depthOf(pipeline.runtime);
    pipeline.onProgress(`${depth.visible} messages queued, ${depth.inFlight} under way`);
    resting = (await pipeline.runtime.idle()) ? resting + 1 : 0;
    still = depth.visible === 0 ? still + 1 : 0;
    if (resting === 0 && still === 0) restedAt = performance.now();
    if (resting < 2 && still < stillLooks) continue;
    const secondsLeft = (pipeline.deadline - performance.now()) / 1000;
    const collected = await collectOutcomes(queued, pipeline.ledger, secondsLeft);
    if (collected.lost === 0 && collected.waiting === 0) return { collected, restedAt };
    resting = 0;
    still = 0;
  }
  return undefined;
}

async function depthOf(runtime: Runtime): Promise<{ visible: number; inFlight: number }> {
  const depths = await runtime.queueDepths();
  const sum = (of: 'visible' | 'inFlight') => depths.reduce((total, depth) => total + depth[of], 0);
  return { visible: sum('visible'), inFlight: sum('inFlight') };
}

const listed = z.array(z.object({ tags: z.record(z.string(), z.string()) }));

async function countDoubleSent(runtime: Runtime): Promise<number> {
  const answer = await fetch(`${runtime.endpointUrl}/_local/messages`);
  const ours = listed
    .parse(await answer.json())
    .flatMap(({ tags }) => tags[tagNames.message] ?? []);
  return ours.length - new Set(ours).size;
}
