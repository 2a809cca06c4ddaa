/** Returns one result an element, in order, with at most `lanes` under way; the first failure ends it. */
export async function inParallel<T, R>(
  elements: readonly T[],
  lanes: number,
  act: (element: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const rest = elements.entries();
  const lane = async () => {
    for (const [index, element] of rest) results.set(index, await act(element));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
