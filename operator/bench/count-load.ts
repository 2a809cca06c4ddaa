import { setTimeout as pause } from 'node:timers/promises';
import { namesOf } from '../../contract/names.ts';
import { environmentsFor } from '../../domain/pacing.ts';
import { type Meter, usedBetween } from '../../local/metering/meter.ts';
import type { Synthesized } from '../prove/assembly.ts';
import { type LocalRun, loggedBetween } from '../prove/run-local.ts';
import { type Bill, billOf, type Counted } from './bill.ts';
import { bodiesOf, type Load } from './bodies.ts';

/** A runtime with a meter, and what it runs. */
export type Bench = {
  readonly made: Pick<Synthesized, 'folder' | 'config'>;
  readonly run: LocalRun;
  readonly meter: Meter;
  /** SES's send rate, recipients per second. */
  readonly ratePerSecond: number;
};

/** Memory of dispatch; the price of its time follows from it. */
const memoryGb = 0.5;
/** How often the pipeline is looked at until it rests. */
const lookMs = 50;

/** Lets SES send at a rate, as the pipeline learns it: from the account, on schedule. */
export async function setSendRate(
  { run }: { readonly run: LocalRun },
  rate: number,
): Promise<void> {
  await run.local('/ses/account', { method: 'PUT', body: { maxSendRate: rate } });
  await run.fireSchedules();
}

/**
 * Sends a small load that is not counted, so that environments are warm, then the load, and returns what
 * the load would cost.
 * @throws when a mail was not sent or sent twice, since then nothing about its cost is true
 */
export async function countLoad(load: Load, bench: Bench): Promise<Bill> {
  const { run, meter } = bench;
  await sendAll(warmUpOf(load), bench);
  const before = { usage: meter.usage(), logged: run.logged() };
  await sendAll(load, bench);
  const after = { usage: meter.usage(), logged: run.logged() };
  return billOf(countedOf(load, bench, before, after));
}

/** Enough queue messages to wake every environment, few enough mails not to wait long for SES's rate. */
function warmUpOf(load: Load): Load {
  const label = `${load.label}-warm`;
  return load.recipientsPerBatch === undefined
    ? { ...load, label, mails: warmUpMessages }
    : { ...load, label, mails: 2 * warmUpMessages, recipientsPerBatch: 2 };
}

const warmUpMessages = 60;

async function sendAll(load: Load, { made, run }: Bench): Promise<void> {
  const { lost, doubleSent, outcomes } = await run.send(bodiesOf(load, made.config));
  const unsent = lost + outcomes.rejected + outcomes.parked + outcomes.held + outcomes.expired;
  if (unsent > 0 || doubleSent > 0)
    throw new Error(
      `${load.label}: got ${unsent} mails unsent and ${doubleSent} sent twice, allowed are none`,
    );
  while (!(await run.runtime.idle())) await pause(lookMs);
}

type Reading = Pick<Counted, 'usage' | 'logged'>;

function countedOf(load: Load, bench: Bench, before: Reading, after: Reading): Counted {
  const { made, ratePerSecond } = bench;
  const names = namesOf(made.config.deployment);
  // What runs on a schedule costs the same whoever sends: it is in the idle cost.
  const scheduled: readonly string[] = [
    names.accountFunction,
    names.dueFunction,
    names.suppressionFunction,
    names.responderFunction,
    // Each minute, and while mail fails at most every two seconds for one region, however much of it fails.
    names.rotationFunction,
    names.seedFunction,
  ];
  const isCounted = ({ by }: { readonly by: string }) => !scheduled.includes(by);
  return {
    mails: load.mails,
    usage: usedBetween(before.usage, after.usage).filter(
      (row) => isCounted(row) && isPipeline(row),
    ),
    logged: loggedBetween(before.logged, after.logged).filter(isCounted),
    dispatchFunction: names.dispatchFunction(load.stream),
    environments: environmentsFor(
      ratePerSecond,
      load.recipientsPerBatch ?? load.messagesPerInvocation ?? messagesPerInvocation,
    ),
    memoryGb,
    ratePerSecond,
  };
}

const messagesPerInvocation = 10;

/** Everybody else's calls are the app's and Lambda's on the queues, and the benchmark's own on the rest. */
function isPipeline({
  by,
  operation,
}: {
  readonly by: string;
  readonly operation: string;
}): boolean {
  const apps = /^(sns:|sqs:(SendMessage|SendMessageBatch|ReceiveMessage|DeleteMessageBatch)$)/;
  return by !== '' || apps.test(operation);
}
