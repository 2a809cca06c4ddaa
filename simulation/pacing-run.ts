import { writeSendRate } from '../adapters/pacing-store.ts';
import { metrics } from '../contract/metrics.ts';
import { names } from './deployment.ts';
import type { Faults } from './network.ts';
import { batchBody, batchRecipients, messageBody } from './traffic.ts';
import { createWorld, type World } from './world.ts';

/** What waits in the queue: single messages of the transactional lane, or batches of the marketing lane. */
export type PacingLoad = 'messages' | 'batches';

/** One stream with a backlog, on one SES account. */
export type PacingOptions = {
  readonly seed: number;
  readonly load: PacingLoad;
  /** SES's rate, recipients per second, as the account is told. */
  readonly ratePerSecond: number;
  /** What SES really lets through, as a part of that rate. */
  readonly realShare?: number;
  /** Environments of dispatch. */
  readonly environments: number;
  /** Tokens that SES saves up, in seconds of its rate. */
  readonly burstSeconds: number;
  /** Clocks of environments are off by at most this. */
  readonly skewMs?: number;
  /** Whether one environment dies in the middle of what is measured. */
  readonly kill?: 'one environment' | 'none';
  /** From the first mail on; nothing is measured yet. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
};

/** What SES saw while the backlog lasted. */
export type PacingReport = {
  /** Accepted mails, as a part of what SES really lets through. */
  readonly used: number;
  /** Throttled calls, as a part of all calls. */
  readonly throttled: number;
  /** Writes of the pacing item a mail, failed conditions included. */
  readonly leaseWritesPerMail: number;
  readonly mails: number;
};

/** The account function reads SES's rate each minute and would find what the account was not told. */
const untoldSecondsMax = 59;
/** Environments hold ten requests each, and the backlog must outlast them. */
const beyond = 1_000;
const stream = 'mail';
const tenant = 'acme';

/** Sends from a backlog through the real stages on virtual time and says how the rate was used. */
export async function runPacing(options: PacingOptions): Promise<PacingReport> {
  const { ratePerSecond, realShare = 1, warmUpSeconds, seconds } = options;
  const totalSeconds = warmUpSeconds + seconds;
  if (realShare !== 1 && totalSeconds > untoldSecondsMax)
    throw new Error(
      `got ${totalSeconds} s at a rate that nobody was told; at most ${untoldSecondsMax}`,
    );
  const calls = createCallCount();
  const world = await createPacingWorld(options, calls.faults);
  const seen = () => ({
    ...calls.counts(),
    accepted: world.observer.acceptances.length,
    throttled: world.metrics.get(metrics.throttled) ?? 0,
  });
  const startMs = world.scheduler.now();
  await world.scheduler.run(startMs + 1000 * warmUpSeconds);
  const before = seen();
  if (options.kill === 'one environment')
    world.scheduler.at(world.scheduler.now() + 500 * seconds, calls.killNext);
  await world.scheduler.run(startMs + 1000 * totalSeconds);
  const after = seen();
  const left = world.queues.get(names.intakeQueue(stream))?.visibleCount() ?? 0;
  await world.close();
  if (left === 0) throw new Error('the backlog did not last; enqueue more');
  const mails = after.accepted - before.accepted;
  return {
    used: mails / (ratePerSecond * realShare * seconds),
    throttled: (after.throttled - before.throttled) / (after.sent - before.sent),
    leaseWritesPerMail: (after.leases - before.leases) / mails,
    mails,
  };
}

/** Counts calls on their way, and lets the next environment that sends die on demand. */
function createCallCount() {
  let sent = 0;
  let leases = 0;
  let kills = 0;
  const faults: Faults = ({ operation, input }, process) => {
    if (isLeaseWrite(operation, input)) leases += 1;
    if (operation !== 'SendEmail') return { kind: 'answered' };
    sent += 1;
    if (kills > 0) process.die();
    kills = 0;
    return { kind: 'answered' };
  };
  const killNext = () => {
    kills = 1;
  };
  return { faults, killNext, counts: () => ({ sent, leases }) };
}

async function createPacingWorld(options: PacingOptions, faults: Faults): Promise<World> {
  const { ratePerSecond, realShare = 1, warmUpSeconds, seconds, load } = options;
  const world = await createWorld({
    seed: options.seed,
    streams: {
      [stream]: {
        lane: load === 'messages' ? 'transactional' : 'marketing',
        ambiguous: 'resend',
        deliveryEvents: false,
        concurrency: options.environments,
      },
    },
    ratePerSecond: ratePerSecond * realShare,
    burstSeconds: options.burstSeconds,
    skewMs: options.skewMs ?? 0,
    faults,
  });
  await writeSendRate(world.table('pacing'), ratePerSecond);
  await world.putTenant(tenant);
  fill(world, load, ratePerSecond * (warmUpSeconds + seconds));
  return world;
}

/** Enqueues so many recipients, in whatever requests. */
function fill(world: World, load: PacingLoad, recipients: number): void {
  const count = recipients / (load === 'messages' ? 1 : batchRecipients);
  const bodyOf = load === 'messages' ? messageBody : batchBody;
  for (let index = 0; index < count + beyond; index += 1)
    world.enqueue(stream, bodyOf(stream, tenant, `r${index}`), tenant);
}

function isLeaseWrite(operation: string, input: object): boolean {
  return (
    operation === 'UpdateItem' && 'TableName' in input && input.TableName === names.tables.pacing
  );
}
