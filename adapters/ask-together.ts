/**
 * Returns a reader of single keys that gathers what is asked until the event loop turns, so that many keys
 * cost no more calls than one. A read that fails fails everybody who asked with it.
 */
export function askTogether<T>(
  read: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): (key: string) => Promise<T | undefined> {
  let gathering:
    | { readonly keys: Set<string>; readonly found: Promise<ReadonlyMap<string, T>> }
    | undefined;
  const gather = () => {
    const keys = new Set<string>();
    const found = turnOfEventLoop().then(() => {
      gathering = undefined;
      return read([...keys]);
    });
    return { keys, found };
  };
  return async (key) => {
    gathering ??= gather();
    gathering.keys.add(key);
    return (await gathering.found).get(key);
  };
}

function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
