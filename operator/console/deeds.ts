/** What may be done from a console that was started with --operate: the commands of the same names. */
import { writeAudit } from '../../adapters/audit-log.ts';
import { type OperatorCommand, operatorCommand } from '../../contract/rotation-command.ts';
import { suppressionScope } from '../../contract/table-keys.ts';
import { type Clock, minuteMs } from '../../domain/time.ts';
import { ackIncident } from '../actions/alarms.ts';
import { askAndWait } from '../actions/ask-rotation.ts';
import type { Backend } from '../actions/backend.ts';
import { unknownPart } from '../actions/standing-orders.ts';
import { addSuppressions, removeSuppressions } from '../actions/suppress.ts';
import { describeDecision } from '../cli/rotation-command.ts';
import type { DeedAnswer } from './lookup-model.ts';
import type { ConsoleSource } from './source.ts';

/** How long the page waits for the loop's decision, as the command line does. */
const patienceMs = 60_000;

type AllDeeds = NonNullable<ConsoleSource['deeds']>;

/**
 * Returns the deeds of a deployment. Each is written to the audit log before it is done; those about pools,
 * orders and decisions go through the rotation queue, so that the loop alone writes, and stand in its log too.
 */
export function createDeeds(
  backend: Backend,
  { by, clock }: { readonly by: string; readonly clock: Clock },
): AllDeeds {
  const audit: Audit = (record) =>
    writeAudit(backend.tables.evidence, { ...record, by, at: clock() });
  const ask = async (words: Words) => {
    const { do: what, why, ...subject } = words;
    const command = operatorCommand.parse({ ...words, by });
    await audit({ action: `rotation.${what}`, subject: JSON.stringify(subject), why });
    return askLoop(backend, command);
  };
  const suppression = createSuppressionDeeds(backend, { audit, clock });
  return {
    quarantine: async ({ pool, provider, forMinutes, why }) =>
      (await refusedPart(backend, { pool })) ??
      ask({ do: 'quarantine', pool, provider, why, ...lengthOf(forMinutes) }),
    release: async ({ pool, provider, why }) =>
      (await refusedPart(backend, { pool })) ?? ask({ do: 'release', pool, provider, why }),
    override: async ({ stream, provider, pools, forMinutes, why }) => {
      for (const { pool } of pools) {
        const refused = await refusedPart(backend, { pool });
        if (refused) return refused;
      }
      return ask({ do: 'override', stream, provider, pools, forMs: forMinutes * minuteMs, why });
    },
    hold: async ({ region, forMinutes, why }) =>
      (await refusedPart(backend, region)) ??
      ask({ do: 'hold', region, forMs: forMinutes * minuteMs, why }),
    lift: ({ order, why }) => ask({ do: 'lift', orderId: order, why }),
    undo: ({ decision, why }) => ask({ do: 'undo', decision, why }),
    approve: ({ decision, why }) => ask({ do: 'approve', decision, why }),
    veto: ({ decision, why }) => ask({ do: 'veto', decision, why }),
    automation: ({ state, why }) => ask({ do: 'automation', state, why }),
    'suppress-add': suppression.add,
    'suppress-remove': suppression.remove,
    ack: async ({ incident, why }) => {
      await audit({ action: 'alarms.ack', subject: incident, why });
      const found = await ackIncident(backend, { id: incident, at: clock(), by, why });
      return found
        ? { done: true, text: 'nobody is told of it again until it is over' }
        : { done: false, text: `no incident ${incident} is open` };
    },
  };
}

type Audit = (record: {
  readonly action: string;
  readonly subject: string;
  readonly why: string;
}) => Promise<void>;

/** A command without who asks; the schema checks the rest. */
type Words = { readonly do: OperatorCommand['do']; readonly why: string } & Readonly<
  Record<string, unknown>
>;

async function askLoop(backend: Backend, command: OperatorCommand): Promise<DeedAnswer> {
  const { id, decision } = await askAndWait(backend, command, patienceMs);
  if (!decision) {
    const text = `no answer within ${patienceMs / 1000} s; the command waits in the queue and is carried out all the same`;
    return { done: false, text, decision: id };
  }
  return { done: decision.done, text: describeDecision(decision), decision: id };
}

/** A misspelt pool or tenant would hold nothing, and say that it did. */
async function refusedPart(
  backend: Backend,
  region: Parameters<typeof unknownPart>[1],
): Promise<DeedAnswer | undefined> {
  const text = await unknownPart(backend, region);
  return text === undefined ? undefined : { done: false, text };
}

function lengthOf(forMinutes: number | undefined) {
  return forMinutes === undefined ? {} : { forMs: forMinutes * minuteMs };
}

function createSuppressionDeeds(
  backend: Backend,
  { audit, clock }: { readonly audit: Audit; readonly clock: Clock },
): { readonly add: AllDeeds['suppress-add']; readonly remove: AllDeeds['suppress-remove'] } {
  return {
    add: async ({ address, tenant, why }) => {
      const scope = scopeOf(tenant);
      await audit({ action: 'suppress.add', subject: `1 address in ${scope}`, why });
      const request = { scope, reason: 'manual', note: why };
      const [found] = await addSuppressions(backend, [address], { request, now: clock() });
      if (!found?.usable) return refusedAddress(found?.problem);
      return found.result === 'added'
        ? { done: true, text: `suppressed (${scope})` }
        : { done: false, text: 'an entry that lasts as long or longer stands already' };
    },
    remove: async ({ address, tenant, why }) => {
      const scope = scopeOf(tenant);
      await audit({ action: 'suppress.remove', subject: `1 address in ${scope}`, why });
      const [found] = await removeSuppressions(backend, [address], { scope, now: clock() });
      if (!found?.usable) return refusedAddress(found?.problem);
      return found.result === 'removed'
        ? { done: true, text: `taken off our list (${scope})` }
        : { done: false, text: 'it had no entry in this scope' };
    },
  };
}

function refusedAddress(problem: string | undefined): DeedAnswer {
  return { done: false, text: `not an address: ${problem ?? 'empty'}` };
}

function scopeOf(tenant: string | undefined): string {
  return tenant === undefined ? suppressionScope.global : suppressionScope.tenant(tenant);
}
