import { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { invokeFunction } from '../../adapters/induced-faults.ts';
import { readQueueUrl, sendBodies } from '../../adapters/intake.ts';
import { addTenant } from '../../adapters/tenant-directory.ts';
import type { Backend } from '../actions/backend.ts';
import { runCli } from '../cli/main.ts';
import { otherDomain, peopleAddress, senders, sendingDomain, tenants } from './alarm-config.ts';

/** A deployment in a local runtime in which faults are induced, and everything that they are induced with. */
export type Stage = {
  readonly backend: Backend;
  /** Every line that a function wrote to its log so far. */
  readonly logs: readonly string[];
  /** Asks the runtime what AWS has no call for. */
  readonly local: (path: string, change?: Change) => Promise<unknown>;
  /** Puts mail into a stream's queue, one request each, `attributes` with all of them. */
  readonly send: (
    mails: readonly Mail[],
    attributes?: Readonly<Record<string, string>>,
  ) => Promise<void>;
  /** Invokes a function and waits for its end; returns whether it succeeded. */
  readonly invoke: (functionName: string, event?: object) => Promise<boolean>;
  /** Fires the schedule whose target has this name, now instead of when it is due. */
  readonly fire: (target: string) => Promise<void>;
  /** Runs a command line of `goodstanding` as a person would. */
  readonly command: (words: readonly string[]) => Promise<CommandAnswer>;
};

type Change = { readonly method: 'PUT' | 'POST' | 'DELETE'; readonly body?: object };

/** What is sent: from a tenant's own domain, to one or several recipients. */
export type Mail = {
  readonly id: string;
  readonly to: readonly string[];
  readonly tenant: string;
  readonly stream?: string;
  readonly domain?: string;
};

export type CommandAnswer = { readonly exitCode: number; readonly text: string };

/** Returns the stage of a runtime in which the one who is told has confirmed. */
export async function createStage(
  backend: Backend,
  endpoint: string,
  logs: readonly string[],
): Promise<Stage> {
  const local: Stage['local'] = (path, change) => askLocal(endpoint, path, change);
  await local('/notifications', { method: 'PUT', body: { confirm: peopleAddress } });
  for (const tenant of [...tenants, ...senders.east, ...senders.west]) {
    const fromOwned = [domainOf(tenant), otherDomain];
    await addTenant(backend.tables.directory, { tenant, fromOwned }, Date.now());
  }
  return {
    backend,
    logs,
    local,
    send: (mails, attributes) => send(backend, mails, attributes),
    invoke: (functionName, event = {}) => invokeFunction(backend.lambda, functionName, event),
    fire: (target) => fire(local, target),
    command: (words) => runCommand([...words, '--endpoint', endpoint], backend.deployment),
  };
}

/** Lets the minute come in which the reputation loop looks at its evidence. */
export async function lookAtEvidence({ fire, backend }: Stage): Promise<void> {
  await fire(backend.names.rotationQueue);
}

/** Returns the domain under which an account sends. */
export function domainOf(tenant: string): string {
  return `${tenant}.${sendingDomain}`;
}

const lookMs = 50;

/** The machine may be busy; nothing is decided by how long this is. */
const patienceMs = 40_000;

/** Looks again until there is something to see, and returns it. @throws where nothing comes, naming what was waited for */
export async function waitUntil<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline)
      throw new Error(`waited ${patienceMs / 1000} s in vain for: ${what}`);
    await pause(lookMs);
  }
}

/** Waits until a function has written a line that holds this, after so many lines. */
export async function waitForLog({ logs }: Stage, text: RegExp, afterLine: number): Promise<void> {
  await waitUntil(`a log line like ${text}`, () =>
    logs.slice(afterLine).some((line) => text.test(line)),
  );
}

async function send(
  { sqs, names }: Backend,
  mails: readonly Mail[],
  attributes: Readonly<Record<string, string>> = {},
): Promise<void> {
  const byStream = Map.groupBy(mails, ({ stream = 'transactional' }) => stream);
  for (const [stream, own] of byStream) {
    const url = await readQueueUrl(sqs, names.intakeQueue(stream));
    const bodies = own.map((mail) => ({
      body: JSON.stringify(bodyOf(mail, stream)),
      group: mail.tenant,
      attributes,
    }));
    const taken = await sendBodies(sqs, url, bodies);
    if (!taken.every(Boolean)) throw new Error('the queue did not take every mail');
  }
}

function bodyOf({ id, to, tenant, domain = domainOf(tenant) }: Mail, stream: string): object {
  return {
    ...{ version: 1, kind: 'batch', id, tenant, stream },
    from: `news@${domain}`,
    recipients: to.map((one) => ({ to: one })),
    content: { subject: 'News', text: 'Hello' },
  };
}

const timetable = z.object({
  schedules: z.array(z.object({ arn: z.string(), targets: z.array(z.string()) })),
});

async function fire(local: Stage['local'], target: string): Promise<void> {
  const { schedules } = timetable.parse(await local('/schedules'));
  const found = schedules.find(({ targets }) => targets.some((one) => one.endsWith(`:${target}`)));
  if (!found) throw new Error(`no schedule has the target ${target}`);
  await local(`/schedules/${encodeURIComponent(found.arn)}`, { method: 'POST' });
}

async function runCommand(words: readonly string[], deployment: string): Promise<CommandAnswer> {
  let text = '';
  const sink = () =>
    new Writable({
      write: (chunk, _encoding, done) => {
        text += String(chunk);
        done();
      },
    });
  const exitCode = await runCli([...words, '--deployment', deployment], {
    stdout: sink(),
    stderr: sink(),
    stdin: process.stdin,
    env: { USER: 'ada', COLUMNS: '120' },
    cwd: import.meta.dirname,
    cloneRoot: import.meta.dirname,
    settleMs: 0,
  });
  return { exitCode, text };
}

async function askLocal(endpoint: string, path: string, change?: Change): Promise<unknown> {
  const answer = await fetch(`${endpoint}/_local${path}`, {
    ...(change ? { method: change.method } : {}),
    ...(change?.body ? { body: JSON.stringify(change.body) } : {}),
  });
  if (!answer.ok) throw new Error(`/_local${path}: HTTP ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
