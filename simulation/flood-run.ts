import { seedTenant } from '../adapters/directory-seed.ts';
import { metrics } from '../contract/metrics.ts';
import { directoryKeys } from '../contract/table-keys.ts';
import { names, senderDomain } from './deployment.ts';
import type { Queue } from './queue.ts';
import { arrivals, batchBody, messageBody, type Quantiles, quantilesOf } from './traffic.ts';
import { createWorld, type World } from './world.ts';

/**
 * How SQS hands out what waits. Fair: by message group, those of quiet groups first, as for mail that the
 * client enqueues. Plain: first come, first served, as for an app that names no group.
 */
export type QueueOrder = 'fair' | 'plain';

/** What one tenant enqueues at once, in front of everybody else's mail in the same stream. */
export type Flood =
  /** Batch requests of fifty recipients. */
  | 'batches'
  | 'messages'
  /** Mail of a tenant that is held. */
  | 'held'
  /** Mail that is to leave in three hours. */
  | 'send-at';

/** One stream of the transactional lane, a flood in it, and others' single mails by chance. */
export type FloodOptions = {
  readonly seed: number;
  readonly flood: Flood;
  /** Requests of the flood. */
  readonly requests: number;
  readonly order: QueueOrder;
  /** Share of the rate for one tenant; without it there is no overflow lane. */
  readonly tenantShare?: number;
  /** SES's rate, recipients per second. */
  readonly ratePerSecond: number;
  /** Environments of dispatch, for each of its queues. */
  readonly environments: number;
  /** Mails of other tenants, on average. */
  readonly othersPerSecond: number;
  /** Seconds in which others enqueue, all of them measured. */
  readonly seconds: number;
};

/** How others fared. */
export type FloodReport = {
  /** From the queue to SES's answer, milliseconds; infinite where none had come when the run ended. */
  readonly others: Quantiles;
  /** Those of them that wait still. */
  readonly waiting: number;
  /** Mails of the flood that SES took while another's mail waited. */
  readonly overtakenBy: Quantiles;
  /** When the first of them had left, seconds; absent when none had. */
  readonly firstSeconds?: number;
  /** Everything SES took, as a part of its rate, in the second half of the time. */
  readonly used: number;
  /** Messages that went to the overflow lane a second, while any were left to move. */
  readonly movedPerSecond: number;
  /** Requests of the flood that still wait in the intake queue. */
  readonly left: number;
};

const stream = 'mail';
const floodTenant = 'acme';
const otherTenants = ['brio', 'coda', 'dune'] as const;
/** Ids of others' mail, and the addresses it goes to, begin so. */
const otherPrefix = 'other';
/** What was enqueued last must have its time as well. */
const graceMs = 5_000;
const laterMs = 3 * 3_600_000;

/** Lets a flood loose on the real stages, on virtual time, and says how long others waited. */
export async function runFlood(options: FloodOptions): Promise<FloodReport> {
  const { ratePerSecond, seconds } = options;
  const seen = { answeredAt: new Map<string, number>(), moved: [] };
  const world = await createFloodWorld(options, seen);
  const intake = world.queues.get(names.intakeQueue(stream));
  if (intake === undefined) throw new Error('the stream has no intake queue');
  const startMs = world.scheduler.now();
  const untilMs = startMs + 1000 * seconds;
  const enqueuedAt = enqueueAll(world, intake, options);
  await world.scheduler.run(startMs + 500 * seconds);
  const half = world.observer.acceptances.length;
  await world.scheduler.run(untilMs);
  const used = (world.observer.acceptances.length - half) / (ratePerSecond * seconds * 0.5);
  const left = intake.visibleCount();
  await world.scheduler.run(untilMs + graceMs);
  await world.close();
  return { ...howOthersFared(world, seen, { enqueuedAt, startMs }), used, left };
}

/** What a run writes down as it goes. */
type Seen = {
  /** When SES answered, by request id. */
  readonly answeredAt: Map<string, number>;
  readonly moved: { readonly at: number; readonly count: number }[];
};

async function createFloodWorld(options: FloodOptions, seen: Seen): Promise<World> {
  const { seed, ratePerSecond, environments, tenantShare } = options;
  const world = await createWorld({
    seed,
    ratePerSecond,
    streams: {
      [stream]: {
        lane: 'transactional',
        ambiguous: 'resend',
        deliveryEvents: false,
        concurrency: environments,
        ...(tenantShare === undefined ? {} : { tenantShare }),
      },
    },
    over: (ports) => ({
      ...ports,
      tally: {
        ...ports.tally,
        count: (metric, by = 1) => {
          ports.tally.count(metric, by);
          if (metric === metrics.overflowed)
            seen.moved.push({ at: world.scheduler.now(), count: by });
        },
      },
      send: async (mail) => {
        const answer = await ports.send(mail);
        if (answer.ok) seen.answeredAt.set(mail.request.id, world.scheduler.now());
        return answer;
      },
    }),
  });
  for (const tenant of otherTenants) await world.putTenant(tenant);
  await putFloodTenant(world, options.flood);
  return world;
}

/** Enqueues the flood now and others' mail by chance; returns when each of theirs is, by id. */
function enqueueAll(
  world: World,
  intake: Queue,
  { order, flood, requests, othersPerSecond, seconds }: FloodOptions,
): ReadonlyMap<string, number> {
  const fromMs = world.scheduler.now();
  const enqueue = (body: string, tenant: string) =>
    intake.send({ body, ...(order === 'fair' ? { group: tenant } : {}) });
  for (let index = 0; index < requests; index += 1)
    enqueue(floodBody(flood, index, fromMs), floodTenant);
  const span = { fromMs, untilMs: fromMs + 1000 * seconds, perSecond: othersPerSecond };
  const enqueuedAt = new Map<string, number>();
  for (const [index, at] of arrivals(world.draw('others'), span).entries()) {
    const tenant = otherTenants[index % otherTenants.length] ?? otherTenants[0];
    const id = `${otherPrefix}${index}`;
    enqueuedAt.set(id, at);
    world.scheduler.at(at, () => enqueue(messageBody(stream, tenant, id), tenant));
  }
  return enqueuedAt;
}

function howOthersFared(
  { observer }: World,
  { answeredAt, moved }: Seen,
  about: { readonly enqueuedAt: ReadonlyMap<string, number>; readonly startMs: number },
): Omit<FloodReport, 'used' | 'left'> {
  const took = [...about.enqueuedAt].map(([id, at]) => ({
    at,
    end: answeredAt.get(id) ?? Number.POSITIVE_INFINITY,
  }));
  const floodTimes = observer.acceptances
    .filter(({ address }) => !address.startsWith(otherPrefix))
    .map(({ at }) => at);
  const passed = took.map(({ at, end }) => floodTimes.filter((one) => one > at && one <= end));
  const first = Math.min(...took.map(({ end }) => end));
  const movedMs = (moved.at(-1)?.at ?? 0) - (moved[0]?.at ?? 0);
  const movedCount = moved.reduce((sum, { count }) => sum + count, 0);
  return {
    others: quantilesOf(took.map(({ at, end }) => end - at)),
    waiting: took.filter(({ end }) => !Number.isFinite(end)).length,
    overtakenBy: quantilesOf(passed.map(({ length }) => length)),
    ...(Number.isFinite(first) ? { firstSeconds: (first - about.startMs) / 1000 } : {}),
    movedPerSecond: movedMs === 0 ? 0 : (1000 * movedCount) / movedMs,
  };
}

function putFloodTenant(world: World, flood: Flood): Promise<void> {
  if (flood !== 'held') return world.putTenant(floodTenant);
  const at = world.scheduler.now();
  return seedTenant(world.table('directory'), {
    ...directoryKeys.tenant(floodTenant),
    tenant: floodTenant,
    status: 'held',
    fromOwned: [senderDomain],
    createdAt: at,
    updatedAt: at,
  });
}

function floodBody(flood: Flood, index: number, startMs: number): string {
  const id = `flood${index}`;
  if (flood === 'batches') return batchBody(stream, floodTenant, id);
  const over = flood === 'send-at' ? { sendAt: new Date(startMs + laterMs).toISOString() } : {};
  return messageBody(stream, floodTenant, id, over);
}
