import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { readDecisions } from '../../adapters/decision-log.ts';
import { readNews } from '../../adapters/evidence-store.ts';
import { deedOf } from '../../domain/rotation/explain.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import { type EpochMs, epochMs, minuteMs, secondMs } from '../../domain/time.ts';
import type { LiveRehearsal } from '../console/rehearsal-model.ts';
import { addressOf, pools, startLoad } from '../prove/rotation-load.ts';
import type { Backend } from './backend.ts';

/** What happens in a live rehearsal: this provider refuses this pool. */
const refusal = { provider: 'microsoft', domain: 'outlook.com', from: 'east', to: 'west' } as const;

/** Mail flows undisturbed before the refusal, so that both pools are seen at work. */
const quietMs = 10 * secondMs;

/** Mail goes on after the move, so that it is seen to stay. */
const afterMs = 15 * secondMs;

/** The loop needs seconds; after this long something is wrong. */
const patienceMs = 2 * minuteMs;

const lookMs = secondMs;

/** Failures that are read at a look: at 50 mails a second no rehearsal has as many. */
const newsMax = 5_000;

export const idleRehearsal: LiveRehearsal = {
  phase: 'idle',
  steps: [],
  taken: [],
  refused: [],
  explanation: [],
};

/**
 * Switches the mailbox providers of a local runtime on, sends for a few accounts, lets one provider refuse one
 * pool, and tells until the mail has rotated. The deployment must be that of `rotatingConfig`: two pools of an
 * address each, and a loop that acts by itself. Returns the last state, `stopped` where the signal ended it.
 * @throws where the runtime does not answer or mail cannot be queued
 */
export async function startLiveRehearsal(
  backend: Backend,
  endpoint: string,
  {
    onProgress,
    signal,
  }: { readonly onProgress: (state: LiveRehearsal) => void; readonly signal: AbortSignal },
): Promise<LiveRehearsal> {
  const run = openRun(backend, endpoint, onProgress);
  run.say('preparing', 'two pools of one address each, east and west, and the mailbox providers');
  await prepare(run);
  const load = await startLoad(backend);
  run.begin();
  run.say('sending', 'twelve accounts send 50 mails a second to six mailbox providers');
  try {
    await lookFor(run, quietMs, signal);
    if (!signal.aborted) await refuse(run, signal);
  } finally {
    await load.stop();
  }
  const { phase } = run.state();
  if (signal.aborted && phase !== 'done') run.say('stopped', 'stopped before its end');
  return run.state();
}

type Run = ReturnType<typeof openRun>;

function openRun(backend: Backend, endpoint: string, onProgress: (state: LiveRehearsal) => void) {
  let state = idleRehearsal;
  let lastIndex = 0;
  const become = (change: Partial<LiveRehearsal>) => {
    state = { ...state, ...change };
    onProgress(state);
  };
  const counts = new Map<string, number[]>(pools.map((pool) => [pool, []]));
  return {
    backend,
    endpoint,
    become,
    state: () => state,
    begin: () => become({ startedAt: now() }),
    say: (phase: LiveRehearsal['phase'], text: string) =>
      become({ phase, steps: [...state.steps, { at: now(), text }] }),
    /** Reads what SES took since the last look, and what was refused. */
    look: async () => {
      const startedAt = state.startedAt ?? now();
      const seconds = Math.max(1, Math.ceil((now() - startedAt) / secondMs));
      const mails = taken.parse(await ask(endpoint, `/messages?since=${lastIndex}`));
      for (const { index, at, pool, destination } of mails) {
        lastIndex = Math.max(lastIndex, index);
        if (!destination.to.some((to) => to.endsWith(`@${refusal.domain}`))) continue;
        const name = pools.find((one) => backend.names.dedicatedIpPool(one) === pool);
        const own = name === undefined ? undefined : counts.get(name);
        if (own) countAt(own, Math.floor((Date.parse(at) - startedAt) / secondMs));
      }
      const refused: number[] = [];
      const window = { since: epochMs(startedAt - minuteMs), until: now() };
      for (const failure of (await readNews(backend.tables.evidence, window, newsMax)).failures)
        if (failure.origin.provider === refusal.provider && failure.signal === 'block')
          countAt(refused, Math.floor((failure.heardAt - startedAt) / secondMs));
      become({
        taken: [...counts].map(([pool, own]) => ({ pool, perSecond: filled(own, seconds) })),
        refused: filled(refused, seconds),
      });
    },
  };
}

async function prepare({ endpoint, backend: { names } }: Run): Promise<void> {
  for (const pool of pools) {
    const body = { pool: names.dedicatedIpPool(pool), ips: [addressOf[pool]], warm: true };
    await ask(endpoint, '/ses/dedicated-ips', { method: 'PUT', body });
  }
  await ask(endpoint, '/world', { method: 'PUT', body: { on: true } });
}

async function refuse(run: Run, signal: AbortSignal): Promise<void> {
  const { provider, from, to } = refusal;
  const at = now();
  const body = { kind: 'block-ip', ip: addressOf[from], provider };
  await ask(run.endpoint, '/world', { method: 'POST', body });
  run.become({ provider, from, to, blockedAt: at });
  run.say(
    'blocked',
    `${provider} refuses all mail of ${addressOf[from]}, the address of pool ${from}`,
  );
  const decision = await waitForMove(run, at, signal);
  if (signal.aborted) return;
  if (!decision) {
    run.become({ problem: `no decision within ${patienceMs / secondMs} s` });
    return run.say('failed', 'the loop moved nothing');
  }
  const tookMs = decision.at - at;
  run.become({
    rotatedAt: decision.at,
    decision: decision.id,
    explanation: [
      ...decision.actions.map((action) => deedOf(action, decision.at)),
      ...decision.evidence,
      ...decision.counterEvidence,
    ],
  });
  run.say(
    'rotated',
    `mail to ${provider} leaves through pool ${to}, ${(tookMs / secondMs).toFixed(1)} s after the refusal began`,
  );
  await lookFor(run, afterMs, signal);
  if (!signal.aborted)
    run.say('done', 'the accounts have stopped; what was decided stands, and can be looked at');
}

async function waitForMove(
  run: Run,
  since: EpochMs,
  signal: AbortSignal,
): Promise<Decision | undefined> {
  while (!signal.aborted && now() < since + patienceMs) {
    const { evidence } = run.backend.tables;
    const found = await readDecisions(evidence, since, epochMs(now() + minuteMs));
    const moved = found.find(
      ({ done, actions }) =>
        done && actions.some((one) => one.kind === 'move' && one.provider === refusal.provider),
    );
    if (moved) return moved;
    await run.look();
    await pause(lookMs / 2);
  }
  return undefined;
}

async function lookFor(run: Run, lengthMs: number, signal: AbortSignal): Promise<void> {
  const until = now() + lengthMs;
  while (!signal.aborted && now() < until) {
    await run.look();
    await pause(lookMs);
  }
}

const taken = z.array(
  z.looseObject({
    index: z.number(),
    at: z.string(),
    pool: z.string(),
    destination: z.object({ to: z.array(z.string()) }),
  }),
);

async function ask(
  endpoint: string,
  path: string,
  change?: { readonly method: 'PUT' | 'POST'; readonly body: object },
): Promise<unknown> {
  const answer = await fetch(`${endpoint}/_local${path}`, {
    ...(change ? { method: change.method, body: JSON.stringify(change.body) } : {}),
  });
  if (!answer.ok) throw new Error(`/_local${path}: HTTP ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

function countAt(counts: number[], second: number): void {
  if (second < 0) return;
  while (counts.length <= second) counts.push(0);
  counts[second] = (counts[second] ?? 0) + 1;
}

function filled(counts: readonly number[], length: number): readonly number[] {
  return Array.from({ length }, (_, second) => counts[second] ?? 0);
}

function now(): EpochMs {
  return epochMs(Date.now());
}
