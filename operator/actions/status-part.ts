/** One part of the status: what was read, or why it could not be. */
export type Part<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'unread'; readonly why: string };

/** Reads parts side by side, and knows whether any could be read. */
export type PartReader = {
  readonly read: <T>(work: () => Promise<T>) => Promise<Part<T>>;
  /** What the parts met where every one of them has failed; empty while any could be read. */
  readonly silence: () => readonly unknown[];
};

/** Returns a reader whose parts take no longer than `deadlineMs` each. */
export function createPartReader(deadlineMs: number): PartReader {
  const failures: unknown[] = [];
  let parts = 0;
  return {
    read: (work) => {
      parts += 1;
      const noted = () =>
        work().catch((error: unknown) => {
          failures.push(error);
          throw error;
        });
      return readPart(noted, deadlineMs);
    },
    silence: () => (failures.length === parts ? failures : []),
  };
}

/**
 * Returns what `read` finds within `deadlineMs`, and a sentence where it fails or takes longer: one part that
 * nobody can read must not hide the others.
 */
export async function readPart<T>(read: () => Promise<T>, deadlineMs: number): Promise<Part<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Part<T>>((resolve) => {
    const why = `no answer within ${deadlineMs / 1000} s`;
    timer = setTimeout(() => resolve({ kind: 'unread', why }), deadlineMs);
  });
  try {
    return await Promise.race([read().then((value): Part<T> => ({ kind: 'read', value })), late]);
  } catch (error) {
    return { kind: 'unread', why: sentenceOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Tells whether a part failed because the table or queue that it reads is not there. */
export function isAbsence(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(ResourceNotFoundException|QueueDoesNotExist|.*NonExistentQueue)$/.test(error.name)
  );
}

/** Returns what a part holds, undefined where it could not be read. */
export function partValue<T>(part: Part<T>): T | undefined {
  return part.kind === 'read' ? part.value : undefined;
}

const sentenceMax = 160;

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const words = `${error.name}: ${error.message}`.replace(/\s+/g, ' ').trim();
  return words.slice(0, sentenceMax);
}
