/** Returns the value of a pool and provider, made where there is none yet. */
export type ByPair<V> = (pool: string, provider: string) => V;

/** Creates values by pool and provider: looking up two names takes less than joining them for one. */
export function createByPair<V>(make: ByPair<V>): ByPair<V> {
  const values = new Map<string, Map<string, V>>();
  return (pool, provider) => {
    let ofPool = values.get(pool);
    if (ofPool === undefined) {
      ofPool = new Map();
      values.set(pool, ofPool);
    }
    const known = ofPool.get(provider);
    if (known !== undefined) return known;
    const made = make(pool, provider);
    ofPool.set(provider, made);
    return made;
  };
}
