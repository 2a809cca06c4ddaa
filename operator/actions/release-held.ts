import { setTimeout as sleep } from 'node:timers/promises';
import type { ContentStore } from '../../adapters/content-store.ts';
import {
  deleteHeld,
  type HeldMail,
  listHeld,
  readHeld,
  releasedBody,
} from '../../adapters/held-mail.ts';
import { readQueueUrl, sendBodies } from '../../adapters/intake.ts';
import { readTenant } from '../../adapters/tenant-directory.ts';
import { epochMs } from '../../domain/time.ts';
import type { Backend } from './backend.ts';
import { inParallel } from './in-parallel.ts';

export type ReleaseResult = {
  /** Requests that are in their queue again, each counted once however often it went there. */
  readonly released: number;
  /** Requests that stay where they are, by why. */
  readonly failed: Readonly<Record<string, number>>;
  readonly interrupted: boolean;
  /** The tenant was held or suspended meanwhile: what still waits must go on waiting. */
  readonly stopped: boolean;
};

export type ReleaseSetting = {
  readonly tenant: string;
  readonly onProgress?: (released: number) => void;
  readonly signal?: AbortSignal;
  /** How long dispatch may still take the tenant for held, milliseconds. */
  readonly settleMs?: number;
};

/** Dispatch asks the directory every 5 s; what it holds meanwhile is released too. */
const settleDefaultMs = 6_000;
const chunk = 10;
const lanes = 4;

/**
 * Waits until dispatch knows of the release, then puts every waiting request of a tenant back into its
 * stream's intake queue and deletes it from the hold store. The tenant must be active before; whoever holds
 * it again meanwhile wins, or release and hold would pass the same mail round for ever. Resumable:
 * a crash between the two puts a request into the queue twice, and the ledger refuses the second.
 */
export async function releaseHeld(
  backend: Backend,
  { tenant, onProgress, signal, settleMs = settleDefaultMs }: ReleaseSetting,
): Promise<ReleaseResult> {
  const store = await backend.contentStore();
  const queueUrls = new Map<string, Promise<string | undefined>>();
  const failed = new Map<string, string>();
  const released = new Set<string>();
  let stopped = false;

  const releaseChunk = async (keys: readonly string[]) => {
    if (signal?.aborted) return;
    const outcome = await moveChunk(backend, { store, tenant, queueUrls, keys });
    for (const key of outcome.released) released.add(key);
    for (const { key, why } of outcome.failed) {
      failed.set(key, why);
      released.delete(key);
    }
    onProgress?.(released.size);
  };

  // Put back before every dispatch function knows of the release, mail would be held again.
  await sleep(settleMs, undefined, signal ? { signal } : {}).catch(() => undefined);
  for (let found = 1; found > 0 && !stopped && !signal?.aborted; ) {
    found = 0;
    for await (const page of listHeld(store, tenant)) {
      stopped = (await readTenant(backend.tables.directory, tenant))?.status !== 'active';
      if (stopped) break;
      const keys = page.filter((key) => !failed.has(key));
      found += keys.length;
      await inParallel(inChunks(keys), lanes, releaseChunk);
      if (signal?.aborted) break;
    }
  }
  return {
    released: released.size,
    failed: countBy(failed.values()),
    interrupted: signal?.aborted === true,
    stopped,
  };
}

type Chunk = {
  readonly store: ContentStore;
  readonly tenant: string;
  readonly queueUrls: Map<string, Promise<string | undefined>>;
  readonly keys: readonly string[];
};

type Failure = { readonly key: string; readonly why: string };

async function moveChunk(
  backend: Backend,
  { store, tenant, queueUrls, keys }: Chunk,
): Promise<{ readonly released: readonly string[]; readonly failed: readonly Failure[] }> {
  const failed: Failure[] = [];
  const streams = new Map<string, { readonly key: string; readonly mail: HeldMail }[]>();
  const read = await Promise.all(
    keys.map(async (key) => ({ key, mail: await readHeld(store, key) })),
  );
  for (const { key, mail } of read) {
    if (mail === 'unreadable') failed.push({ key, why: 'not a request that dispatch wrote' });
    else if (mail) streams.set(mail.stream, [...(streams.get(mail.stream) ?? []), { key, mail }]);
  }
  const released: string[] = [];
  const now = epochMs(Date.now());
  for (const [stream, mails] of streams) {
    const url = queueUrls.get(stream) ?? findQueue(backend, stream);
    queueUrls.set(stream, url);
    const queueUrl = await url;
    if (queueUrl === undefined) {
      failed.push(...mails.map(({ key }) => ({ key, why: `stream ${stream} is gone` })));
      continue;
    }
    const bodies = mails.map(({ mail }) => releasedBody(mail, tenant, now));
    const taken = await sendBodies(backend.sqs, queueUrl, bodies);
    await Promise.all(
      mails.map(({ key }, index) => (taken[index] ? deleteHeld(store, key) : undefined)),
    );
    for (const [index, { key }] of mails.entries())
      if (taken[index]) released.push(key);
      else failed.push({ key, why: 'SQS did not take it' });
  }
  return { released, failed };
}

/** Returns the stream's intake queue, undefined when the stream is gone. */
async function findQueue(backend: Backend, stream: string): Promise<string | undefined> {
  try {
    return await readQueueUrl(backend.sqs, backend.names.intakeQueue(stream));
  } catch (error) {
    if (error instanceof Error && /QueueDoesNotExist|NonExistentQueue/.test(error.name))
      return undefined;
    throw error;
  }
}

function inChunks(keys: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(keys.length / chunk) }, (_, index) =>
    keys.slice(index * chunk, (index + 1) * chunk),
  );
}

function countBy(values: Iterable<string>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
