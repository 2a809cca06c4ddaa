import type { Pair, Taken } from '../../adapters/allowance-store.ts';
import type { AttemptResult } from '../../contract/items.ts';
import { isUnsent } from '../../contract/sent-mail.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Divided, Waiting } from './obey-orders.ts';
import type { DispatchPorts } from './ports.ts';
import type { Entry } from './send-attempt.ts';

/** Entries that may go on, those that wait, and what was taken for the former. */
export type Allowed = Divided & { readonly taken: readonly Taken[] };

/**
 * Leaves out recipients of whom this environment knows that nothing is left, before any of the rate is
 * leased for them. Takes nothing.
 */
export async function withoutSpent(
  entries: readonly Entry[],
  { allowances }: DispatchPorts,
): Promise<Divided> {
  const known = await Promise.all(
    entries.map(async (entry) => ({ entry, until: await allowances.spentUntil(entry) })),
  );
  return {
    entries: known.flatMap(({ entry, until }) => (until === undefined ? [entry] : [])),
    waiting: known.flatMap(({ entry, until }) => spent(entry, until)),
  };
}

/**
 * Takes from the allowances what an attempt is about to send and leaves out recipients for whom nothing
 * is left. It is durable before SES is called; a crash wastes it.
 * @throws when an allowance cannot be written: the mail waits
 */
export async function takeAllowances(
  entries: readonly Entry[],
  { allowances }: DispatchPorts,
): Promise<Allowed> {
  const groups = [...Map.groupBy(entries, keyOf).values()];
  const parts = await Promise.all(
    groups.map(async (group): Promise<Allowed> => {
      const [first] = group;
      if (!first) return { entries: [], waiting: [], taken: [] };
      const { pool, provider } = first;
      const taken = await allowances.take({ pool, provider }, group.length);
      const until = taken.againAt ?? taken.resetsAt;
      return {
        entries: group.slice(0, taken.granted),
        waiting: group.slice(taken.granted).flatMap((entry) => spent(entry, until)),
        taken: until === undefined ? [] : [taken],
      };
    }),
  );
  const going = new Set(parts.flatMap((part) => part.entries));
  return {
    entries: entries.filter((entry) => going.has(entry)),
    waiting: parts.flatMap(({ waiting }) => waiting),
    taken: parts.flatMap(({ taken }) => taken),
  };
}

/** Gives back what SES surely did not send. A failure wastes it and harms no mail. */
export async function giveBackRefused(
  taken: readonly Taken[],
  sent: readonly { readonly entry: Entry; readonly result: AttemptResult | undefined }[],
  { allowances, tally }: DispatchPorts,
): Promise<void> {
  const refused = sent.filter(({ result }) => isUnsent(result)).map(({ entry }) => keyOf(entry));
  await Promise.all(
    taken.map(async (one) => {
      const count = refused.filter((key) => key === keyOf(one)).length;
      if (count === 0) return;
      await allowances.giveBack(one, count).catch((error: unknown) => tally.failure(error));
    }),
  );
}

/** A recipient waits because its pool may send no more to its mailbox provider. */
function spent(entry: Entry, until: EpochMs | undefined): readonly Waiting[] {
  return until === undefined ? [] : [{ entry, until, reason: 'allowance-spent' }];
}

function keyOf({ pool, provider }: Pair): string {
  return `${pool}#${provider}`;
}
