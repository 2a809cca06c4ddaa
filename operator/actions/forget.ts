import {
  type Forgotten,
  forgetInAttempt,
  listStoredAttempts,
} from '../../adapters/attempt-content.ts';
import { batchWrite } from '../../adapters/batch-write.ts';
import { getItems, queryPartition } from '../../adapters/items.ts';
import { recipientIndexItem } from '../../contract/index-items.ts';
import type { AttemptItem } from '../../contract/items.ts';
import {
  messageIdsFor,
  readAttemptItems,
  sortPartition,
} from '../../contract/recipient-outcomes.ts';
import { type KeptMail, storedAttemptKey } from '../../contract/stored-attempt.ts';
import { type Key, ledgerKeys } from '../../contract/table-keys.ts';
import type { Backend } from './backend.ts';
import { forgetWaiting, type KnownRequest } from './forget-waiting.ts';
import { inParallel } from './in-parallel.ts';

/** What was forgotten, and what the app itself stored that it must delete. */
export type ForgetResult = {
  /** Copies of mail, one a recipient and attempt. */
  readonly copies: number;
  /** Objects that are gone, and those that hold other mail and were written anew. */
  readonly deleted: number;
  readonly rewritten: number;
  readonly indexItems: number;
  /** Objects of mail that waited in the content bucket, held or for its time. */
  readonly waiting: number;
  /** Bodies below requests/ that the mail came from; the bucket keeps them for retention.contentDays. */
  readonly s3Keys: readonly string[];
  /** Interrupted: run it again. */
  readonly interrupted: boolean;
};

export type ForgetSetting = {
  readonly signal?: AbortSignal;
  readonly onProgress?: (objects: number) => void;
};

const parallel = 16;

/** An operator waits for the write; DynamoDB asks for patience only under load. */
const writeAttempts = 10;

/** Returns a request by the app's id or ours, with its attempts; undefined when the ledger knows none. */
export async function findForgettable(
  { tables }: Backend,
  asked: { readonly id: string; readonly tenant: string },
): Promise<KnownRequest | undefined> {
  for (const messageId of messageIdsFor(asked.id, asked.tenant)) {
    const items: Record<string, unknown>[] = [];
    for await (const item of queryPartition(tables.ledger, messageId)) items.push(item);
    const { request, events } = sortPartition(items);
    if (!request) continue;
    const keys = request.attemptIds.map((id) => ledgerKeys.attempt(id));
    return { request, events, attempts: readAttemptItems(await getItems(tables.ledger, keys)) };
  }
  return undefined;
}

/** Forgets the copies and index items of one request, of all its recipients, and its mail that waits. Idempotent. */
export async function forgetRequest(backend: Backend, known: KnownRequest): Promise<ForgetResult> {
  const { request, attempts } = known;
  const waiting = await forgetWaiting(backend, known);
  const store = await backend.contentStore();
  const forgotten = await inParallel(attempts, parallel, (attempt) =>
    forgetInAttempt(
      store,
      storedAttemptKey({ attemptId: attempt.sk, at: attempt.at }),
      ({ messageId }) => messageId === request.pk,
    ),
  );
  const indexItems = await deleteIndexItems(
    backend,
    attempts.flatMap((attempt) => indexKeysOf(attempt, request.pk)),
  );
  return { ...summed(forgotten), indexItems, waiting, interrupted: false };
}

/**
 * Forgets the copies and index items of one recipient, of one tenant's mail or everybody's. It reads every
 * stored attempt, of which there are at most two days: 0.40 USD and about ten minutes a million.
 * Idempotent; resumable: run it again.
 */
export async function forgetRecipient(
  backend: Backend,
  whom: { readonly recipientKey: string; readonly tenant?: string | undefined },
  { signal, onProgress }: ForgetSetting = {},
): Promise<ForgetResult> {
  const store = await backend.contentStore();
  const isMeant = ({ tenant }: Pick<KeptMail, 'tenant'>) =>
    whom.tenant === undefined || tenant === whom.tenant;
  const forgotten: Forgotten[] = [];
  let looked = 0;
  for await (const keys of listStoredAttempts(store)) {
    const page = await inParallel(keys, parallel, async (key) => {
      if (signal?.aborted) return absent;
      const found = await forgetInAttempt(
        store,
        key,
        (mail, recipient) => recipient.key === whom.recipientKey && isMeant(mail),
      );
      looked += 1;
      onProgress?.(looked);
      return found;
    });
    forgotten.push(...page.filter(({ kind }) => kind === 'deleted' || kind === 'rewritten'));
    if (signal?.aborted) break;
  }
  const items: Key[] = [];
  for await (const raw of queryPartition(
    backend.tables.ledger,
    ledgerKeys.recipientIndexes(whom.recipientKey),
  )) {
    const item = recipientIndexItem.parse(raw);
    if (!isMeant(item)) continue;
    items.push(item, ...sesKeys(item.sesMessageId));
  }
  const indexItems = await deleteIndexItems(backend, items);
  return { ...summed(forgotten), indexItems, waiting: 0, interrupted: signal?.aborted === true };
}

const absent: Forgotten = { kind: 'absent' };

/** Where the indexes may hold the recipients that an attempt has of a message. */
function indexKeysOf({ at, entries, results }: AttemptItem, messageId: string): readonly Key[] {
  const iso = new Date(at).toISOString();
  return entries.flatMap(({ m, r, k }, position) => {
    if (m !== messageId) return [];
    const result = results?.[position];
    return [
      ledgerKeys.recipientIndex(k, { at: iso, messageId, recipientIndex: r }),
      ...sesKeys(result && 'ses' in result ? result.ses : undefined),
    ];
  });
}

function sesKeys(sesMessageId: string | undefined): readonly Key[] {
  return sesMessageId === undefined ? [] : [ledgerKeys.sesIndex(sesMessageId)];
}

/** Deletes what is there of these keys and returns how many that were. */
async function deleteIndexItems(backend: Backend, keys: readonly Key[]): Promise<number> {
  const { ledger } = backend.tables;
  const unique = [...new Map(keys.map(({ pk, sk }) => [`${pk}|${sk}`, { pk, sk }])).values()];
  const there = (await getItems(ledger, unique)).map(({ pk, sk }) => ({
    pk: String(pk),
    sk: String(sk),
  }));
  const left = await batchWrite(ledger, { deletes: there }, writeAttempts);
  if (left > 0) throw new Error(`${left} index items could not be deleted; run it again`);
  return there.length;
}

function summed(
  forgotten: readonly Forgotten[],
): Pick<ForgetResult, 'copies' | 'deleted' | 'rewritten' | 's3Keys'> {
  const done = forgotten.flatMap((one) => ('recipients' in one ? [one] : []));
  return {
    copies: done.reduce((sum, { recipients }) => sum + recipients, 0),
    deleted: done.filter(({ kind }) => kind === 'deleted').length,
    rewritten: done.filter(({ kind }) => kind === 'rewritten').length,
    s3Keys: [...new Set(done.flatMap(({ s3Keys }) => s3Keys))],
  };
}
