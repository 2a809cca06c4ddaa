import { putSuppression } from '../adapters/suppression-store.ts';
import { updateTenant } from '../adapters/tenant-directory.ts';
import { metrics } from '../contract/metrics.ts';
import { suppressionScope } from '../contract/table-keys.ts';
import { epochMs } from '../domain/time.ts';
import { type Streams, senderDomain } from './deployment.ts';
import { diceFor } from './dice.ts';
import { type FaultName, type FaultPlan, planFor } from './fault-plan.ts';
import { createPlannedFaults, type PlannedFaults } from './faults.ts';
import { type Enqueued, judge, keyOf, type Verdict } from './judge.ts';
import { type Asked, createLoad, heldTenant, type Load, ownDomain, tenantNames } from './load.ts';
import { createPerson, everyReason, type Person } from './person.ts';
import type { DispatchOver } from './stages.ts';
import { createTroubles } from './troubles.ts';
import { createWorld, type World } from './world.ts';

/** One run: its seed decides everything else. */
export type FaultRunOptions = {
  readonly seed: number;
  /** Recipients that are asked for, in all. */
  readonly mails: number;
  /** What goes wrong. @default the plan of the seed */
  readonly plan?: FaultPlan;
  /** Breaks dispatch on purpose: the checks must find it. */
  readonly over?: DispatchOver;
  /** Told every virtual minute of enqueuing. */
  readonly onProgress?: (text: string) => void;
};

/** What a run asked, what went wrong and what became of it; nothing of it depends on the machine. */
export type FaultReport = Verdict & {
  readonly seed: number;
  /** How often each fault that a plan can have really struck; all of them stand here. */
  readonly faults: Readonly<Record<string, number>>;
  /** What followed from them and was mended: mail that was parked or held and sent on, by its reason. */
  readonly mended: Readonly<Record<string, number>>;
  /** Metrics of the stages. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Failures that the stages told of. */
  readonly failures: Readonly<Record<string, number>>;
  readonly virtualSeconds: number;
};

const ratePerSecond = 40;
const minuteMs = 60_000;

/** A person looks for parked and held mail this often at most, after everything else is done. */
const lastLooks = 5;

/** Ambiguous mail is decided about so long after the last request: it is parked after a quarter of an hour. */
const ambiguousDecidedMs = 40 * minuteMs;

/**
 * Runs a mixed load through the pipeline under the plan of a seed, until everything is drained, and
 * judges from outside what became of it. The same options give the same report.
 */
export async function runFaults(options: FaultRunOptions): Promise<FaultReport> {
  const { seed, mails, plan = planFor(seed) } = options;
  const streams = streamsOf(plan);
  const dice = createWorldDice(plan);
  const world = await createWorld({
    seed,
    streams,
    ratePerSecond,
    ...dice.options,
    ...(options.over === undefined ? {} : { over: options.over }),
  });
  const { scheduler } = world;
  const startMs = scheduler.now();
  const { shares } = plan;
  const load = createLoad({ mails, ratePerSecond, startMs, shares }, world.draw('load'));
  await prepare(world, load);
  const enqueued = enqueueAll(world, load, startMs);
  const resends = new Set(plan.ambiguous === 'redrive' ? ['transactional'] : []);
  const { mendedTwice } = shares;
  const person = createPerson(world, { streams, resends, mendedTwice }, world.draw('person'));
  const troubles = createTroubles(world, dice.planned, person);
  for (const trouble of plan.troubles) troubles.plant(trouble, { ...load, startMs });
  scheduler.at(startMs + load.durationMs + ambiguousDecidedMs, () =>
    scheduler.start(async () => {
      await scheduler.work(() => person.redrive('ambiguous'));
    }),
  );
  reportProgress(world, { startMs, load, onProgress: options.onProgress });
  await world.settle();
  const releasedLater = await lookAgain(world, person);
  const verdict = await judge(world, enqueued, world.metrics.get(metrics.provenDuplicate) ?? 0);
  const report = {
    seed,
    ...verdict,
    faults: { ...faultsOf(world, { planned: dice.planned, enqueued, person }), ...troubles.hits() },
    mended: {
      ...Object.fromEntries(person.done),
      'released later': releasedLater,
      deadLetter: countQueues(world, 'dead'),
    },
    metrics: Object.fromEntries(world.metrics),
    failures: Object.fromEntries(world.failures),
    virtualSeconds: Math.round((scheduler.now() - startMs) / 1000),
  };
  await world.close();
  return report;
}

/** Sends on what waits for a person still; returns how much a release had left behind. */
async function lookAgain(world: World, person: Person): Promise<number> {
  let releasedLater = 0;
  for (let look = 0; look < lastLooks; look += 1) {
    const redriven = await person.redrive(everyReason);
    const released = await person.returnHeld(heldTenant);
    if (redriven + released === 0) break;
    releasedLater += released;
    await world.settle();
  }
  return releasedLater;
}

function streamsOf({ ambiguous }: FaultPlan): Streams {
  return {
    transactional: {
      lane: 'transactional',
      ambiguous: ambiguous === 'redrive' ? 'leave' : 'resend',
      deliveryEvents: true,
      concurrency: 3,
      tenantShare: 0.5,
    },
    marketing: {
      lane: 'marketing',
      ambiguous: 'leave',
      deliveryEvents: false,
      concurrency: 2,
      tenantShare: 0.5,
    },
  };
}

function createWorldDice(plan: FaultPlan) {
  const planned = createPlannedFaults(plan, diceFor(plan.seed, 'faults'));
  const { shares, eventLag, skewMs } = plan;
  const queueDice = {
    duplicateShare: shares.queueDuplicate,
    reorderedShare: shares.queueReordered,
    duplicateEventShare: shares.eventDuplicate,
  };
  return { planned, options: { faults: planned.faults, eventLag, skewMs, queueDice } };
}

async function prepare(world: World, load: Load): Promise<void> {
  for (const tenant of tenantNames) await world.putTenant(tenant);
  await world.ses.change('identities', { identity: ownDomain.domain, verified: true });
  const { tenant, domain } = ownDomain;
  const fromOwned = [senderDomain, domain];
  await updateTenant(world.table('directory'), { tenant, fromOwned }, world.scheduler.now());
  for (const address of load.suppressedBefore)
    await putSuppression(world.table('suppression'), {
      recipientKey: keyOf(address),
      scope: suppressionScope.global,
      reason: 'manual',
      source: 'operator',
      at: epochMs(world.scheduler.now()),
    });
  await world.ses.change('recipients', [...load.behaviours]);
}

function enqueueAll(world: World, load: Load, startMs: number): readonly Enqueued[] {
  return load.asked.map((asked) => {
    const queueMessageIds: string[] = [];
    const enqueue = () =>
      queueMessageIds.push(world.enqueue(asked.stream, asked.body, asked.tenant));
    world.scheduler.at(startMs + asked.atMs, enqueue);
    if (asked.repeatedAfterMs !== undefined)
      world.scheduler.at(startMs + asked.atMs + asked.repeatedAfterMs, enqueue);
    return { ...asked, queueMessageIds };
  });
}

/** Every fault that calls, deliveries and requests can meet, also where it never struck. */
function faultsOf(
  world: World,
  about: {
    readonly planned: PlannedFaults;
    readonly enqueued: readonly Asked[];
    readonly person: Person;
  },
): Readonly<Record<FaultName | 'kill' | 'feedbackKill', number>> {
  const { planned, enqueued, person } = about;
  const struck = (name: string) => planned.struck.get(name) ?? 0;
  const asked = (kind: Asked['kind']) => enqueued.filter((one) => one.kind === kind).length;
  return {
    kill: struck('kill'),
    feedbackKill: struck('feedbackKill'),
    sesAnswerLost: struck('sesAnswerLost'),
    sesThrottled: struck('sesThrottled'),
    sesFailed: struck('sesFailed'),
    storeThrottled: struck('storeThrottled'),
    storeAnswerLost: struck('storeAnswerLost'),
    serviceFailed: struck('serviceFailed'),
    queueDuplicate: countQueues(world, 'duplicated'),
    queueReordered: countQueues(world, 'reordered'),
    eventDuplicate: world.duplicatedEvents(),
    idRepeated: enqueued.filter(({ repeatedAfterMs }) => repeatedAfterMs !== undefined).length,
    idReused: asked('id-reused'),
    poison: asked('poison'),
    mendedTwice: person.mendedTwice(),
  };
}

function countQueues(world: World, name: 'duplicated' | 'reordered' | 'dead'): number {
  return [...world.queues.values()].reduce((sum, queue) => sum + queue.counts()[name], 0);
}

function reportProgress(
  world: World,
  about: {
    readonly startMs: number;
    readonly load: Load;
    readonly onProgress: ((text: string) => void) | undefined;
  },
): void {
  const { startMs, load, onProgress } = about;
  if (onProgress === undefined) return;
  for (let atMs = 0; atMs < load.durationMs; atMs += minuteMs)
    world.scheduler.at(startMs + atMs, () =>
      onProgress(`${atMs / minuteMs} min, ${world.observer.acceptances.length} accepted`),
    );
}
