import * as z from 'zod';
import { idleRehearsal } from '../actions/live-rehearsal.ts';
import { createChildStage } from './child-stage.ts';
import type { LiveRehearsal } from './rehearsal-model.ts';
import type { Stage } from './source.ts';

const counts = z.array(z.number());
const instant = z.exactOptional(z.number());
const word = z.exactOptional(z.string());

/** What a live rehearsal's process sends. */
const sent = z.object({
  consoleUrl: word,
  phase: z.enum(['preparing', 'sending', 'blocked', 'rotated', 'done', 'stopped', 'failed']),
  problem: word,
  steps: z.array(z.object({ at: z.number(), text: z.string() })),
  provider: word,
  from: word,
  to: word,
  blockedAt: instant,
  rotatedAt: instant,
  startedAt: instant,
  taken: z.array(z.object({ pool: z.string(), perSecond: counts })),
  refused: counts,
  decision: word,
  explanation: z.array(z.string()),
}) satisfies z.ZodType<LiveRehearsal>;

/** Returns the stage on which the pipeline is rehearsed, in a runtime of its own. */
export function createLiveStage() {
  return createChildStage<Record<string, never>, LiveRehearsal>({
    module: new URL('./live-child.ts', import.meta.url),
    idle: idleRehearsal,
    isOver: ({ phase }) => phase === 'done' || phase === 'failed',
    read: (message) => sent.safeParse(message).data,
    begun: () => ({
      ...idleRehearsal,
      phase: 'preparing',
      steps: [{ at: Date.now(), text: 'a deployment of two pools is built and started' }],
    }),
    ended: ({ consoleUrl: _, ...state }, how, words) => {
      if (how === 'stopped') return { ...state, phase: 'stopped' };
      if (state.phase === 'done' || state.phase === 'failed') return state;
      return { ...state, phase: 'failed', problem: words || 'its process ended before its end' };
    },
  });
}

/** Returns a stage that shows a rehearsal that runs elsewhere: the console of the rehearsed deployment itself. */
export function createLiveMirror(): Stage<Record<string, never>, LiveRehearsal> & {
  readonly become: (state: LiveRehearsal) => void;
} {
  const watchers = new Set<(state: LiveRehearsal) => void>();
  let state = idleRehearsal;
  return {
    state: () => state,
    watch: (told) => {
      watchers.add(told);
      return () => watchers.delete(told);
    },
    start: async () => state,
    stop: async () => state,
    become: (next) => {
      state = next;
      for (const told of watchers) told(next);
    },
  };
}
