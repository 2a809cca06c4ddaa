import * as z from 'zod';
import { blocklistKeepers, keepersByDefault } from '../domain/blocklist-zones.ts';

/** What an adopter may say of our own query of blocklists. */
export const blocklists = z.strictObject({
  /**
   * Whose lists are asked, by DNS, whether they name an address of a `standard` pool; none: `[]`. An entry is
   * enough to take the address out of use. `barracuda` wants your resolvers registered first, `psbl` and
   * `spamcop` are heeded by few. Default `['spamhaus']`.
   */
  keepers: z
    .array(z.enum(blocklistKeepers))
    .max(blocklistKeepers.length)
    .default([...keepersByDefault]),
  /**
   * Your key of Spamhaus's Data Query Service. Without one their public mirrors are asked, which refuse
   * shared resolvers such as Lambda's, so that nothing is learned. It is readable in the template and in the
   * function's environment: it counts queries, it opens nothing. Default none.
   */
  spamhausDqsKey: z.exactOptional(
    z.string().regex(/^[a-z0-9]{16,63}$/, {
      error: 'allowed: 16 to 63 of a-z and 0-9, the key alone, as it becomes a part of DNS names',
    }),
  ),
});
