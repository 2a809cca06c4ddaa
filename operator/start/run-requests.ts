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

/** Looks at the pipeline this often; twice in a row idle means that it rests. */
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
    /** Ends the waiting. */
    readonly signal?: AbortSignal;
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
    if (pipeline.signal?.aborted) break;
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

/** So many quiet looks may mean that all that is left waits for its hour. */
const quietLooks = 4;
/** Outcomes that did not change over so many readings are the last ones for now. */
const sameReadings = 3;

/** Waits until the pipeline rests and nobody is left without an outcome, or the time is up. */
async function settle(
  queued: readonly QueuedRequest[],
  pipeline: Settling,
): Promise<Settled | undefined> {
  let look: Look = { resting: 0, quiet: 0 };
  let restedAt = performance.now();
  let before = '';
  let same = 0;
  while (performance.now() < pipeline.deadline && !pipeline.signal?.aborted) {
    await pause(lookMs);
    look = await lookAgain(look, pipeline);
    if (look.quiet === 0) restedAt = performance.now();
    if (look.resting < 2 && look.quiet < quietLooks) continue;
    const secondsLeft = (pipeline.deadline - performance.now()) / 1000;
    const collected = await collectOutcomes(queued, pipeline.ledger, secondsLeft);
    const now = JSON.stringify(collected);
    same = now === before ? same + 1 : 1;
    // Between two looks a mail whose hour came may have gone out unseen.
    if (before !== '' && same === 1) restedAt = performance.now();
    before = now;
    const isWhole = collected.lost === 0 && collected.waiting === 0;
    if (isWhole && (look.resting >= 2 || same >= sameReadings)) return { collected, restedAt };
    look = { resting: 0, quiet: 1 };
  }
  return undefined;
}

/** Looks in a row at which nothing was under way at all, or nothing but mail that is held back. */
type Look = { readonly resting: number; readonly quiet: number };

async function lookAgain({ resting, quiet }: Look, pipeline: Settling): Promise<Look> {
  const { runtime, deployment } = pipeline;
  const depths = await runtime.queueDepths();
  const sum = (of: 'visible' | 'inFlight') => depths.reduce((total, depth) => total + depth[of], 0);
  pipeline.onProgress(`${sum('visible')} messages queued, ${sum('inFlight')} under way`);
  // Mail may wait hidden for its hour; an SES event never does, hidden it is being worked on.
  const { feedbackQueue, deliveryQueue } = namesOf(deployment);
  const events = depths
    .filter(({ name }) => name === feedbackQueue || name === deliveryQueue)
    .reduce((total, { inFlight }) => total + inFlight, 0);
  const isQuiet = events === 0 && (await runtime.quiet());
  return {
    resting: (await runtime.idle()) ? resting + 1 : 0,
    quiet: isQuiet ? quiet + 1 : 0,
  };
}

const listed = z.array(z.object({ tags: z.record(z.string(), z.string()) }));

async function countDoubleSent(runtime: Runtime): Promise<number> {
  const answer = await fetch(`${runtime.endpointUrl}/_local/messages`);
  const ours = listed
    .parse(await answer.json())
    .flatMap(({ tags }) => tags[tagNames.message] ?? []);
  return ours.length - new Set(ours).size;
}
