import { listHeld } from '../../adapters/held-mail.ts';
import { deleteLater, listLater } from '../../adapters/later-mail.ts';
import { replaceRequest } from '../../adapters/ledger.ts';
import type { AttemptItem, EventItem, RequestItem } from '../../contract/items.ts';
import { contentFolders } from '../../contract/names.ts';
import { outcomesOf } from '../../contract/recipient-outcomes.ts';
import { rejectReasons } from '../../domain/reasons.ts';
import type { Backend } from './backend.ts';

/** A request as the ledger knows it. */
export type KnownRequest = {
  readonly request: RequestItem;
  readonly attempts: readonly AttemptItem[];
  readonly events: readonly EventItem[];
};

/**
 * Forgets the mail of one request that waits in the content bucket, held or for its time, and returns how
 * many objects that were. First the ledger says that its open recipients are refused, so that a copy that
 * is on its way back to its queue is not sent. Idempotency key: the message id; interrupted, run it again.
 * @throws when the request changed meanwhile: it is being sent, or was released; run it again
 */
export async function forgetWaiting(backend: Backend, known: KnownRequest): Promise<number> {
  const { request } = known;
  const store = await backend.contentStore();
  const keys: string[] = [];
  const isOf = (key: string) => key.split('/').at(-1)?.startsWith(`${request.pk}-`) ?? false;
  if (request.tenant !== undefined)
    for await (const page of listHeld(store, request.tenant)) keys.push(...page.filter(isOf));
  for await (const page of listLater(store)) keys.push(...page.filter(isOf));
  if (keys.length === 0) return 0;
  if (request.state === 'claimed') throw new Error(`${request.pk} ${underWay}`);
  if (request.state === 'waiting') await refuseOpen(backend, known, 'forgotten');
  const left = await deleteLater(store, keys);
  if (left > 0) throw new Error(`${left} waiting objects could not be deleted; run it again`);
  return keys.length;
}

const underWay = `is being sent now, or was a moment ago; nothing of what waits below ${contentFolders.held} and ${contentFolders.later} is deleted; run it again`;

/**
 * Writes that no recipient without an outcome will be sent to, because a person took the mail out.
 * Condition: nobody has changed it since. @throws when somebody has
 */
export async function refuseOpen(
  { tables }: Backend,
  { request, attempts, events }: KnownRequest,
  reason: 'forgotten' | 'purged',
): Promise<void> {
  const { '*': _, ...each } = request.decided;
  const { recipients } = outcomesOf(request, attempts, events);
  const detail = rejectReasons[reason];
  const refused = recipients.flatMap(({ index, outcome }) =>
    waits.has(outcome)
      ? [[String(index), { outcome: 'rejected', reason, detail } as const] as const]
      : [],
  );
  const decided = { ...each, ...Object.fromEntries(refused) };
  // The ledger keeps such an item no shorter than it would have been kept.
  const ledger = { ...tables.ledger, keepDays: 0 };
  if (!(await replaceRequest(ledger, request, { state: 'decided', decided })))
    throw new Error(`${request.pk} ${underWay}`);
}

/** Outcomes after which a mail may still be sent. */
const waits: ReadonlySet<string> = new Set(['held', 'pending', 'parked']);
