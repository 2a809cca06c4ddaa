import * as z from 'zod';
import { createChildStage } from './child-stage.ts';
import type { Rehearsal, RehearsalStart } from './rehearsal-model.ts';

const counts = z.array(z.number());

/** What a rehearsal's process sends. */
const sent = z.object({
  state: z.enum(['running', 'done']),
  scenario: z.string(),
  about: z.string(),
  seed: z.number(),
  progress: z.number(),
  simulatedMs: z.number(),
  series: z.object({
    binMs: z.number(),
    cells: z.array(
      z.object({ pool: z.string(), provider: z.string(), handed: counts, failed: counts }),
    ),
    waiting: counts,
  }),
  acts: z.array(
    z.object({ atMs: z.number(), what: z.string(), right: z.exactOptional(z.boolean()) }),
  ),
  result: z.exactOptional(
    z.object({
      mails: z.number(),
      harm: z.number(),
      oracleHarm: z.number(),
      regret: z.number(),
      inboxInHour: z.number(),
      wrongActs: z.number(),
      secondsToRight: z.exactOptional(z.number()),
    }),
  ),
}) satisfies z.ZodType<Rehearsal>;

const idle: Rehearsal = { state: 'idle', progress: 0, simulatedMs: 0, acts: [] };

/** Returns the stage on which scenarios are rehearsed in simulated time. */
export function createRehearsalStage() {
  return createChildStage<RehearsalStart, Rehearsal>({
    module: new URL('./rehearsal-child.ts', import.meta.url),
    idle,
    // A run takes a core; the console, and what it shows of real mail, goes first.
    nice: 10,
    read: (message) => sent.safeParse(message).data,
    begun: ({ scenario, seed = 1 }) => ({ ...idle, state: 'running', scenario, seed }),
    ended: (state, how, words) => {
      if (how === 'stopped') return { ...state, state: 'stopped' };
      if (state.state === 'done') return state;
      return { ...state, state: 'failed', problem: words || 'its process ended before its end' };
    },
  });
}
