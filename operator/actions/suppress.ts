import { requestSesRemoval } from '../../adapters/ses-removals.ts';
import { readAllSuppressions } from '../../adapters/suppression-lookup.ts';
import {
  putSuppression,
  removeSuppression,
  type Suppression,
} from '../../adapters/suppression-store.ts';
import { suppressionScope } from '../../contract/table-keys.ts';
import { type Address, isAddress, parseAddress, recipientKey } from '../../domain/address.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Backend } from './backend.ts';
import { inParallel } from './in-parallel.ts';

/** An address that was asked about, with what was found or done. */
export type AddressResult<T> =
  | {
      readonly address: string;
      readonly usable: true;
      readonly recipientKey: string;
      readonly result: T;
    }
  | { readonly address: string; readonly usable: false; readonly problem: string };

export type AddRequest = {
  readonly scope: string;
  readonly reason: string;
  readonly note?: string;
  readonly expiresAt?: number;
};

/**
 * What became of an addition: `stronger` when an entry stands there that lasts at least as long, so that
 * an end asked for now would not be kept.
 */
export type Added = 'added' | 'stronger';

/** What became of a removal: `absent` when our list held no entry in this scope. */
export type Removed = 'removed' | 'absent';

/** Called after each address, with how many are done. */
export type OnDone = (done: number) => void;

/** Suppresses each address in one scope; a stronger entry is left as it is. */
export function addSuppressions(
  backend: Backend,
  addresses: readonly string[],
  {
    request,
    now,
    onDone,
  }: { readonly request: AddRequest; readonly now: EpochMs; readonly onDone?: OnDone },
): Promise<readonly AddressResult<Added>[]> {
  return forEachAddress(backend, addresses, onDone, async (key) => {
    const { scope, reason, note, expiresAt } = request;
    const written = await putSuppression(backend.tables.suppression, {
      recipientKey: key,
      scope,
      reason,
      source: 'operator',
      at: now,
      ...(note ? { note } : {}),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    });
    return written ? 'added' : 'stronger';
  });
}

/**
 * Takes each address off our list in one scope. Off the global one, the hourly sync is asked to take it off
 * SES's account list too: an entry left there would be imported again. A tenant's scope says nothing about
 * everybody's mail, so SES's list stays.
 */
export function removeSuppressions(
  backend: Backend,
  addresses: readonly string[],
  {
    scope,
    now,
    onDone,
  }: { readonly scope: string; readonly now: EpochMs; readonly onDone?: OnDone },
): Promise<readonly AddressResult<Removed>[]> {
  const table = backend.tables.suppression;
  return forEachAddress(backend, addresses, onDone, async (key, { address }) => {
    // SES's list first: were it the other way round, a crash between would let the import restore it.
    if (scope === suppressionScope.global)
      await requestSesRemoval(table, { recipientKey: key, address, at: now });
    const removed = await removeSuppression(table, { recipientKey: key, scope });
    return removed ? 'removed' : 'absent';
  });
}

/** Returns every scope in which each address is suppressed; with a tenant, its own and the global one. */
export function checkSuppressions(
  backend: Backend,
  addresses: readonly string[],
  {
    scopes,
    now,
    onDone,
  }: { readonly scopes?: readonly string[]; readonly now: EpochMs; readonly onDone?: OnDone },
): Promise<readonly AddressResult<readonly Suppression[]>[]> {
  return forEachAddress(backend, addresses, onDone, async (key) => {
    const all = await readAllSuppressions(backend.tables.suppression, key, now);
    return scopes ? all.filter(({ scope }) => scopes.includes(scope)) : all;
  });
}

const parallel = 8;

async function forEachAddress<T>(
  backend: Backend,
  addresses: readonly string[],
  onDone: OnDone | undefined,
  act: (key: string, address: Address) => Promise<T>,
): Promise<readonly AddressResult<T>[]> {
  const secret = await backend.recipientSecret();
  let done = 0;
  const count = () => {
    done += 1;
    onDone?.(done);
  };
  return inParallel(addresses, parallel, async (text): Promise<AddressResult<T>> => {
    const parsed = parseAddress(text);
    if (!isAddress(parsed)) {
      count();
      return { address: text, usable: false, problem: parsed.detail };
    }
    const key = recipientKey(parsed, secret);
    const result = await act(key, parsed);
    count();
    return { address: text, usable: true, recipientKey: key, result };
  });
}
