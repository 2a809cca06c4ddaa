/** Nobody waits longer than this for an answer of DNS, milliseconds. */
export const dnsMs = 1_000;

/** Returns what DNS answers. @throws after `dnsMs`; the question itself goes on unheard */
export function withinDnsTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer from DNS within ${dnsMs} ms`)),
      dnsMs,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
