import { readDecisions } from '../../../adapters/decision-log.ts';
import { type OperatorCommand, operatorCommand } from '../../../contract/rotation-command.ts';
import { choosePool } from '../../../domain/assignment.ts';
import type { Action, Decision } from '../../../domain/rotation/model.ts';
import { epochMs, hourMs } from '../../../domain/time.ts';
import { askAndWait } from '../../../operator/actions/ask-rotation.ts';
import { batch, newId } from '../../support/requests.ts';
import { outcomeOf, until } from './outcomes.ts';
import { askLocal, invoke, newTenant, redelivery, type World } from './world.ts';

/** An account that sends under a domain of its own. */
export type Sender = { readonly tenant: string; readonly domain: string };

/** A request of one account, and its place in the queue. */
export type Posted = {
  readonly id: string;
  readonly tenant: string;
  readonly to: readonly string[];
  readonly body: object;
  readonly queueMessageId: string | undefined;
};

/** What became of one recipient of a request. */
export type Ended = { readonly to: string; readonly outcome: string; readonly reason?: string };

/** Leases addresses to pools, long warm, and switches the mailbox providers on. */
export async function leaseAddresses(
  world: World,
  ipsByPool: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  for (const [pool, ips] of Object.entries(ipsByPool)) {
    const body = { pool: world.names.dedicatedIpPool(pool), ips, warm: true };
    await askLocal(world, '/ses/dedicated-ips', { method: 'PUT', body });
  }
  await askLocal(world, '/world', { method: 'PUT', body: { on: true } });
}

/** Makes something happen to the mailbox providers, such as `{ kind: 'block-ip', ip, provider }`. */
export async function happen(world: World, event: object): Promise<void> {
  await askLocal(world, '/world', { method: 'POST', body: event });
}

/** Adds as many accounts to each pool as asked for: which of them an account meets follows from its name. */
export async function newSenders(
  world: World,
  pools: readonly string[],
  countOfEach: number,
): Promise<Readonly<Record<string, readonly Sender[]>>> {
  const weighted = pools.map((pool) => ({ pool, weight: 1 }));
  const found = new Map<string, Sender[]>(pools.map((pool) => [pool, []]));
  for (let index = 1; [...found.values()].some((own) => own.length < countOfEach); index += 1) {
    const tenant = `tenant-${index}`;
    const own = found.get(choosePool(weighted, tenant) ?? '');
    if (!own || own.length === countOfEach) continue;
    const domain = `${tenant}.sender.example`;
    await newTenant(world, tenant, [domain]);
    own.push({ tenant, domain });
  }
  return Object.fromEntries(found);
}

/** Sends one request of each account, to somebody at each of the domains. */
export async function post(
  world: World,
  senders: readonly Sender[],
  domains: readonly string[],
  stream = 'transactional',
): Promise<readonly Posted[]> {
  const requests = senders.map(({ tenant, domain }) => {
    const id = newId('mail');
    const to = domains.map((one, index) => `${id}-${index}@${one}`);
    const content = { subject: 'News', text: 'Hello' };
    return {
      ...{ id, tenant, to },
      body: batch(to, { id, tenant, stream, content, from: `news@${domain}` }),
    };
  });
  const bodies = requests.map(({ body }) => body);
  const queueMessageIds = await world.enqueue(bodies, stream);
  return requests.map((one, index) => ({ ...one, queueMessageId: queueMessageIds[index] }));
}

/** Outcomes of mail of which more will be heard. */
const open = new Set(['pending', 'accepted']);

/** Delivers requests to dispatch once more: SQS would when they have waited, which is a minute or more. */
export async function deliverAgain(world: World, posted: readonly Posted[]): Promise<void> {
  for (const { body, queueMessageId } of posted) {
    const records = { Records: [redelivery(queueMessageId, body)] };
    const failed = await invoke(world, world.names.dispatchFunction('transactional'), records);
    if (failed !== undefined) throw new Error(failed);
  }
}

/** Waits until nothing more is to be heard of any recipient, and returns what became of each. */
export async function endsOf(world: World, posted: readonly Posted[]): Promise<readonly Ended[]> {
  const seen = await until(
    () => Promise.all(posted.map((one) => outcomeOf(world, one))),
    (all) =>
      all.every((one) => one?.recipients.every(({ outcome }) => !open.has(outcome)) === true),
  );
  return seen.flatMap((one, position) =>
    (one?.recipients ?? []).map(({ outcome, reason }, index) => ({
      to: posted[position]?.to[index] ?? '',
      outcome,
      ...(reason === undefined ? {} : { reason }),
    })),
  );
}

/** Returns what the reputation loop has decided so far, oldest first. */
export function decisionsOf({ backend }: World): Promise<readonly Decision[]> {
  const now = Date.now();
  return readDecisions(backend.tables.evidence, epochMs(now - hourMs), epochMs(now + hourMs));
}

/** Returns the first decision with an action of this kind, where there is one. */
export async function decisionWith(
  world: World,
  kind: Action['kind'],
): Promise<Decision | undefined> {
  return (await decisionsOf(world)).find(({ actions }) => actions.some((one) => one.kind === kind));
}

type Unsigned<C> = C extends OperatorCommand ? Omit<C, 'by' | 'why'> : never;

/** Asks the loop for what an operator may ask for, and returns the decision that it became. */
export async function ask({ backend }: World, words: Unsigned<OperatorCommand>): Promise<Decision> {
  const signed = operatorCommand.parse({ ...words, by: 'ada', why: 'a journey' });
  const { id, decision } = await askAndWait(backend, signed, 50_000);
  if (!decision) throw new Error(`no answer to ${words.do}: ${id}`);
  return decision;
}
