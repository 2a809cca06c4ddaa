import { names, type Streams } from './deployment.ts';
import {
  arrivals,
  batchBody,
  batchRecipients,
  messageBody,
  type Quantiles,
  quantilesOf,
} from './traffic.ts';
import { createWorld, type World } from './world.ts';

/** Single transactional mails while a marketing blast without an end waits for the same rate. */
export type LatencyOptions = {
  readonly seed: number;
  /** SES's rate, recipients per second. */
  readonly ratePerSecond: number;
  /** Environments of each stream's dispatch. */
  readonly environments: { readonly transactional: number; readonly marketing: number };
  /** Transactional mails, by chance and on average. */
  readonly perSecond: number;
  /** So many transactional mails come at once, every so often. */
  readonly burst?: { readonly mails: number; readonly everySeconds: number };
  /** Nothing is measured yet. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
};

/** How long transactional mail took, milliseconds, and what became of the rate. */
export type LatencyReport = {
  /** From the queue to SES's answer. */
  readonly all: Quantiles;
  /** Mails of bursts alone. */
  readonly burst: Quantiles;
  /** Accepted mails of both streams, as a part of SES's rate. */
  readonly used: number;
};

const tenant = 'acme';

/** Sends transactional mail during a blast through the real stages on virtual time. */
export async function runLatency(options: LatencyOptions): Promise<LatencyReport> {
  const { seed, ratePerSecond, environments, warmUpSeconds, seconds } = options;
  const answeredAt = new Map<string, number>();
  const world = await createWorld({
    seed,
    ratePerSecond,
    streams: streamsOf(environments),
    over: (ports) => ({
      ...ports,
      send: async (mail) => {
        const answer = await ports.send(mail);
        if (answer.ok) answeredAt.set(mail.request.id, world.scheduler.now());
        return answer;
      },
    }),
  });
  await world.putTenant(tenant);
  const startMs = world.scheduler.now();
  const fromMs = startMs + 1000 * warmUpSeconds;
  const untilMs = fromMs + 1000 * seconds;
  blast(world, 1.2 * ratePerSecond * (warmUpSeconds + seconds));
  const enqueuedAt = enqueueMails(world, options, { startMs, untilMs });
  await world.scheduler.run(fromMs);
  const before = world.observer.acceptances.length;
  await world.scheduler.run(untilMs);
  const mails = world.observer.acceptances.length - before;
  const lasted = (world.queues.get(names.intakeQueue('marketing'))?.visibleCount() ?? 0) > 0;
  // What came last must have its time as well.
  await world.scheduler.run(untilMs + 10_000);
  await world.close();
  if (!lasted) throw new Error('the blast came to its end; enqueue more');
  const took = [...enqueuedAt].flatMap(([id, at]) =>
    at < fromMs ? [] : [{ id, ms: (answeredAt.get(id) ?? Number.POSITIVE_INFINITY) - at }],
  );
  return {
    all: quantilesOf(took.map(({ ms }) => ms)),
    burst: quantilesOf(took.filter(({ id }) => id.startsWith('burst')).map(({ ms }) => ms)),
    used: mails / (ratePerSecond * seconds),
  };
}

function streamsOf({ transactional, marketing }: LatencyOptions['environments']): Streams {
  const common = { ambiguous: 'resend', deliveryEvents: false } as const;
  return {
    transactional: { ...common, lane: 'transactional', concurrency: transactional },
    marketing: { ...common, lane: 'marketing', concurrency: marketing },
  };
}

function blast(world: World, recipients: number): void {
  for (let index = 0; index < recipients / batchRecipients + 200; index += 1)
    world.enqueue('marketing', batchBody('marketing', tenant, `blast${index}`), tenant);
}

/** Returns when each mail is enqueued, by id. */
function enqueueMails(
  world: World,
  { perSecond, burst }: LatencyOptions,
  { startMs, untilMs }: { readonly startMs: number; readonly untilMs: number },
): ReadonlyMap<string, number> {
  const enqueuedAt = new Map<string, number>();
  const enqueue = (id: string, at: number) => {
    enqueuedAt.set(id, at);
    world.scheduler.at(at, () => {
      world.enqueue('transactional', messageBody('transactional', tenant, id), tenant);
    });
  };
  const draw = world.draw('arrivals');
  for (const [index, at] of arrivals(draw, { fromMs: startMs, untilMs, perSecond }).entries())
    enqueue(`single${index}`, at);
  const { mails = 0, everySeconds = 1 } = burst ?? {};
  const stepMs = 1000 * everySeconds;
  for (let at = startMs + stepMs / 2; mails > 0 && at < untilMs; at += stepMs)
    for (let index = 0; index < mails; index += 1) enqueue(`burst${at}-${index}`, at);
  return enqueuedAt;
}
