import type { SentRow } from '../../adapters/sent-rows.ts';
import type { AttemptItem } from '../../contract/items.ts';
import { isUnsent } from '../../contract/sent-mail.ts';

/** A provider that nobody knows, and a tenant of an attempt that names none. */
const unknownProvider = 'other';
const singleTenant = 'default';

/**
 * Returns what attempts handed to SES, one row for each mail, less what SES surely did not send: no provider
 * sees that. What nobody knows counts as handed over, as its failures may come.
 */
export function rowsOfJournal(attempts: readonly AttemptItem[]): readonly SentRow[] {
  return attempts.flatMap(({ stream, entries, results = [] }) =>
    entries.flatMap((entry, position): readonly SentRow[] => {
      if (isUnsent(results[position])) return [];
      const { t: tenant = singleTenant, d: identity = '', c: campaign = '' } = entry;
      const { p: pool, v: provider = unknownProvider } = entry;
      return [{ origin: { tenant, identity, stream, pool, provider, campaign }, count: 1 }];
    }),
  );
}
