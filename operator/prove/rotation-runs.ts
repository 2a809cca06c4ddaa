import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { localTarget } from '../../adapters/clients.ts';
import { readDecisions } from '../../adapters/decision-log.ts';
import { findOutcome } from '../../adapters/outcome-lookup.ts';
import type { RecipientOutcome } from '../../contract/recipient-outcomes.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import { type EpochMs, epochMs } from '../../domain/time.ts';
import { type Backend, createBackend } from '../actions/backend.ts';
import { inParallel } from '../actions/in-parallel.ts';
import type { Synthesized } from './assembly.ts';
import {
  addressOf,
  type Load,
  type PoolName,
  pools,
  type Sent,
  startLoad,
} from './rotation-load.ts';
import { type LocalRun, withRuntime } from './run-local.ts';

/** One refusal and what came of it. */
export type Trial = {
  readonly provider: string;
  readonly from: PoolName;
  readonly to: PoolName;
  /** Infinite where nothing moved: from the failure after which it was decided, by the time of its SES event, to the decision, milliseconds. */
  readonly toDecisionMs: number;
  /** From there to the first mail that SES took for the other pool. */
  readonly toMailMs: number;
  /** Failures that the decision rests on, and all that the block cost. */
  readonly failures: number;
  readonly refused: number;
  /** Mails to other providers that left through another pool than before. */
  readonly othersMoved: number;
};

export type RotationRun = {
  readonly trials: readonly Trial[];
  readonly mails: number;
  /** Mails without an outcome at the end. */
  readonly lost: number;
};

/**
 * Each provider refuses a pool once in a run: the same trouble twice in a day would call a person. Only those
 * whose blocks carry words of their own in this world: what nobody vouches for moves nothing.
 */
const refusals: readonly { readonly provider: string; readonly from: PoolName }[] = [
  { provider: 'microsoft', from: 'east' },
  { provider: 'yahoo', from: 'west' },
  { provider: 'gmx', from: 'east' },
];

/** Mail from before the first refusal, and between two, so that each stands by itself. */
const quietMs = 10_000;
const patienceMs = 60_000;
const restMs = 15_000;
const lookMs = 250;
const lookUps = 32;

/** Runs the pipeline in real time while one provider after the other refuses a pool. */
export function runRotation(
  made: Pick<Synthesized, 'folder' | 'config'>,
  onProgress: (text: string) => void,
): Promise<RotationRun> {
  return withRuntime(made, async (run) => {
    const backend = createBackend(localTarget(run.runtime.endpointUrl), made.config.deployment);
    try {
      await prepare(run, backend);
      const load = await startLoad(backend);
      await pause(quietMs);
      const blocks: Block[] = [];
      for (const refusal of refusals) {
        onProgress(`${refusal.provider} refuses pool ${refusal.from}`);
        blocks.push(await refuse(refusal, run, backend));
        await pause(quietMs);
      }
      await load.stop();
      await rest(run);
      return await judge({ blocks, load }, run, backend);
    } finally {
      backend.close();
    }
  });
}

async function prepare(run: LocalRun, { names }: Backend): Promise<void> {
  for (const pool of pools) {
    const body = { pool: names.dedicatedIpPool(pool), ips: [addressOf[pool]], warm: true };
    await run.local('/ses/dedicated-ips', { method: 'PUT', body });
  }
  await run.local('/world', { method: 'PUT', body: { on: true } });
}

/** Mail that waits for its hour keeps a queue from being idle; whatever is under way has its outcome by then. */
async function rest({ runtime }: LocalRun): Promise<void> {
  const until = now() + restMs;
  while (now() < until && !(await runtime.idle())) await pause(lookMs);
}

/** A refusal, when it began, and what was decided. */
type Block = (typeof refusals)[number] & {
  readonly at: EpochMs;
  readonly until: EpochMs;
  /** Absent where nothing moved. */
  readonly decision?: Decision;
};

async function refuse(
  refusal: (typeof refusals)[number],
  run: LocalRun,
  { tables }: Backend,
): Promise<Block> {
  const { provider, from } = refusal;
  const at = now();
  const body = { kind: 'block-ip', ip: addressOf[from], provider };
  await run.local('/world', { method: 'POST', body });
  while (now() < at + patienceMs) {
    const decision = (await readDecisions(tables.evidence, at, epochMs(now() + lookMs))).find(
      ({ done, actions }) =>
        done && actions.some((one) => one.kind === 'move' && one.provider === provider),
    );
    if (decision) {
      await pause(quietMs / 2);
      return { ...refusal, at, until: now(), decision };
    }
    await pause(lookMs);
  }
  return { ...refusal, at, until: now() };
}

type Arrived = Sent & { readonly at: number; readonly pool: string };

const taken = z.array(
  z.looseObject({
    at: z.string(),
    pool: z.string(),
    destination: z.object({ to: z.array(z.string()) }),
  }),
);

async function judge(
  { blocks, load }: { readonly blocks: readonly Block[]; readonly load: Load },
  run: LocalRun,
  backend: Backend,
): Promise<RotationRun> {
  const { names, tables } = backend;
  const byId = new Map(load.sent.map((mail) => [mail.id, mail]));
  const poolNamed = new Map(pools.map((pool) => [names.dedicatedIpPool(pool), pool as string]));
  const arrived = taken.parse(await run.local('/messages')).flatMap((mail): readonly Arrived[] => {
    const sent = byId.get(mail.destination.to[0]?.split('@')[0] ?? '');
    return sent
      ? [{ ...sent, at: Date.parse(mail.at), pool: poolNamed.get(mail.pool) ?? mail.pool }]
      : [];
  });
  const outcomes = new Map<string, RecipientOutcome>();
  await inParallel(load.sent, lookUps, async ({ id, tenant }) => {
    const found = await findOutcome(tables.ledger, { id, tenant });
    const [only] = found?.recipients ?? [];
    if (only && only.outcome !== 'pending') outcomes.set(id, only);
  });
  return {
    trials: blocks.map((block, index) =>
      trialOf(block, blocks.slice(0, index), { arrived, outcomes }),
    ),
    mails: load.sent.length,
    lost: load.sent.length - outcomes.size,
  };
}

function trialOf(
  block: Block,
  before: readonly Block[],
  known: {
    readonly arrived: readonly Arrived[];
    readonly outcomes: ReadonlyMap<string, RecipientOutcome>;
  },
): Trial {
  const { provider, from, at, until, decision } = block;
  const to = otherThan(from);
  const during = known.arrived.filter((mail) => mail.at >= at && mail.at <= until);
  const concerned = during.filter((mail) => mail.provider === provider && mail.usual === from);
  const bouncedAt = concerned
    .flatMap(({ id }) => known.outcomes.get(id)?.facts ?? [])
    .flatMap((fact) => (fact.outcome === 'bounced' ? [fact.at] : []))
    .sort((one, other) => one - other);
  const failures = decision?.cause?.failed ?? 0;
  const decidingAt = bouncedAt[failures - 1] ?? Number.NEGATIVE_INFINITY;
  const firstAt = Math.min(...concerned.filter(({ pool }) => pool === to).map((mail) => mail.at));
  const expected = (mail: Arrived): string => {
    const moved = before.find((one) => one.provider === mail.provider);
    return moved ? otherThan(moved.from) : mail.usual;
  };
  return {
    ...{ provider, from, to, failures },
    toDecisionMs: (decision?.at ?? 0) - decidingAt,
    toMailMs: firstAt - decidingAt,
    refused: bouncedAt.length,
    othersMoved: during.filter((mail) => mail.provider !== provider && mail.pool !== expected(mail))
      .length,
  };
}

function otherThan(pool: PoolName): PoolName {
  return pool === 'east' ? 'west' : 'east';
}

function now(): EpochMs {
  return epochMs(Date.now());
}
