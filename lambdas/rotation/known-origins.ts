import type { Origin } from '../../domain/evidence/model.ts';

/** Few values first, so that there are few maps. */
const order = ['provider', 'pool', 'stream', 'campaign', 'tenant'] as const;

/**
 * Returns a function that returns the first equal origin it was given. Millions of rows name the same hundred
 * thousand origins; to find one by its names in turn takes a fraction of the time of one long key.
 */
export function createOrigins(): (origin: Origin) => Origin {
  const root: Node = { below: new Map(), ofIdentity: new Map() };
  return (origin) => {
    let node = root;
    for (const name of order) {
      const next = node.below.get(origin[name]) ?? { below: new Map(), ofIdentity: new Map() };
      if (!node.below.has(origin[name])) node.below.set(origin[name], next);
      node = next;
    }
    const known = node.ofIdentity.get(origin.identity);
    if (known) return known;
    node.ofIdentity.set(origin.identity, origin);
    return origin;
  };
}

type Node = {
  readonly below: Map<string, Node>;
  readonly ofIdentity: Map<string, Origin>;
};
