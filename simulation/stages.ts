/** The one place where the stages are wired to the simulated AWS, as their handlers wire them to the real one. */
import { newAttemptId } from '../contract/attempt-id.ts';
import type { WatchedStream } from '../contract/environment.ts';
import { metrics } from '../contract/metrics.ts';
import { type Clock, epochMs } from '../domain/time.ts';
import { createWatch } from '../lambdas/account/account.ts';
import { bindPorts as bindAccount } from '../lambdas/account/bind-ports.ts';
import { bindPorts as bindDispatch } from '../lambdas/dispatch/bind-ports.ts';
import { dispatch } from '../lambdas/dispatch/dispatch.ts';
import type { DispatchPorts } from '../lambdas/dispatch/ports.ts';
import { bindPorts as bindDue } from '../lambdas/due/bind-ports.ts';
import { returnDue } from '../lambdas/due/due.ts';
import { bindPorts as bindFeedback } from '../lambdas/feedback/bind-ports.ts';
import { feedback } from '../lambdas/feedback/feedback.ts';
import { readRecords } from '../lambdas/queue-records.ts';
import type { Clients } from './aws/clients.ts';
import type { Invoke } from './consumer.ts';
import { deployment, environmentOf, names, type Streams } from './deployment.ts';
import type { Process } from './process.ts';

/** What a stage finds in its environment: its process, its clients, and where its metrics go. */
export type StageEnvironment = {
  readonly process: Process;
  readonly clients: Clients;
  readonly count: (metric: string, by?: number) => void;
  readonly failure: (error: unknown) => void;
  /** A new random id, 22 base64url characters. */
  readonly newId: () => string;
};

/** Replaces some of dispatch's ports: a benchmark's stand-in, or a fault that must be found. */
export type DispatchOver = (ports: DispatchPorts, environment: StageEnvironment) => DispatchPorts;

/** Starts an environment of a stream's dispatch function. */
export async function startDispatch(
  about: { readonly stream: string; readonly streams: Streams; readonly over?: DispatchOver },
  environment: StageEnvironment,
): Promise<Invoke> {
  const { process, clients, count, failure, newId } = environment;
  const clock = clockOf(process);
  const settings = environmentOf(about.stream, about.streams);
  const ports = await bindDispatch(settings, clients, {
    clock,
    pause: process.pause,
    // Its recipients' domains are nobody's, and the virtual clock waits for no name server.
    resolveMx: async () => [],
  });
  const tally = {
    count,
    failure,
    parked: (reason: string) => count(`${metrics.parked} ${reason}`),
    dueAge: () => {},
    unrescued: () => {},
  };
  const overflowQueue = names.overflowQueue(about.stream);
  return (event, remainingMs) => {
    const deadline = ports.deadlineAfter(remainingMs());
    const drawId = () => newAttemptId(clock(), Buffer.from(newId(), 'base64url'));
    const own: DispatchPorts = { ...ports, tally, deadline, newAttemptId: drawId };
    const used = about.over === undefined ? own : about.over(own, environment);
    return dispatch(readRecords(event, overflowQueue), used);
  };
}

/** Starts an environment of the feedback function. */
export async function startFeedback(environment: StageEnvironment): Promise<Invoke> {
  const { process, clients, count, failure } = environment;
  const settings = {
    DEPLOYMENT: deployment,
    RECIPIENT_KEY_SECRET: names.recipientKeySecret,
    LEDGER_DAYS: 30,
    OUTCOME_STREAMS: [],
    UNTAGGED_ORIGIN: { tenant: '', streams: {} },
  };
  const ports = {
    ...(await bindFeedback(settings, clients, clockOf(process))),
    count: (kind: string) => count(`${metrics.feedback} ${kind}`),
    countUntagged: () => count(metrics.untagged),
    duplicates: (by: number) => count(metrics.provenDuplicate, by),
    unknown: (what: string) => count(`${metrics.unknownFeedback} ${what}`),
    failure,
  };
  return (event) => feedback(readRecords(event), ports);
}

/** Returns one run of the account function; it remembers what a warm environment remembers. */
export function startAccount(
  streams: Readonly<Record<string, WatchedStream>>,
  { process, clients, count }: StageEnvironment,
): () => Promise<void> {
  const settings = { DEPLOYMENT: deployment, STREAMS: { ...streams } };
  return createWatch({
    ...bindAccount(settings, clients, clockOf(process)),
    log: (code) => count(code),
    measure: () => {},
  });
}

/** Returns one run of the due function. */
export function startDue(
  streams: readonly string[],
  { process, clients, count }: StageEnvironment,
): () => Promise<void> {
  const clock = clockOf(process);
  const settings = { DEPLOYMENT: deployment, STREAMS: [...streams], CONTENT_BUCKET: 'content' };
  const portsFor = bindDue(settings, clients, clock);
  const tally = {
    returned: (by: number) => count(metrics.returned, by),
    late: () => {},
    left: (why: string) => count(`due left: ${why}`),
    write: () => {},
  };
  return () => {
    const run = { time: new Date(clock()).toISOString(), remainingMs: dueTimeoutMs };
    return returnDue({ ...portsFor(run), tally });
  };
}

const dueTimeoutMs = 300_000;

function clockOf(process: Process): Clock {
  return () => epochMs(process.clock());
}
