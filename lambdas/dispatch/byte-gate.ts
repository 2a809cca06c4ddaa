/** Lets work through while the bytes under way stay below a limit; one alone always passes. */
export type ByteGate = <T>(bytes: number, work: () => Promise<T>) => Promise<T>;

/** Returns a gate: SES's calls carry their attachments as base64, several copies of them at a time. */
export function createByteGate(limitBytes: number): ByteGate {
  let underWay = 0;
  const waiting: (() => void)[] = [];
  return async (bytes, work) => {
    while (underWay > 0 && underWay + bytes > limitBytes)
      await new Promise<void>((resolve) => waiting.push(resolve));
    underWay += bytes;
    try {
      return await work();
    } finally {
      underWay -= bytes;
      for (const wake of waiting.splice(0)) wake();
    }
  };
}
