/** Whose mail is without a tag: the tenant that sends under its From domain. */
import type { Cell } from './model.ts';

/** What an origin says where nothing tells: no such tenant, identity or pool exists. */
export const unknown = '';

/**
 * Returns the tenant that sends as an identity, by mail whose tenant is known: an origin's identity is the
 * domain of its From address, which SES reports of every mail. Unknown where several tenants send as it;
 * undefined where nobody does.
 */
export function ownersOf(
  mail: Iterable<Pick<Cell, 'origin' | 'sent'>>,
): (identity: string) => string | undefined {
  const owners = new Map<string, string>();
  for (const { origin, sent } of mail) {
    const { tenant, identity } = origin;
    if (sent <= 0 || tenant === unknown || identity === unknown) continue;
    const known = owners.get(identity) ?? tenant;
    owners.set(identity, known === tenant ? tenant : unknown);
  }
  return (identity) => owners.get(identity);
}
