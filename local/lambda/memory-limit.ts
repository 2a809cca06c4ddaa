import { readFileSync } from 'node:fs';

/**
 * Grace over MemorySize: a bare worker here has about 60–77 MB resident, of which some 45 MB are
 * pages of the Node binary; a bare function on Lambda reports about 65 MB.
 */
const graceMb = 32;
const sampleIntervalMs = 200;
const megabyte = 1_048_576;

/**
 * The resident size above which an environment is killed: MemorySize plus 32 MB.
 *
 * This is approximate. Resident memory is sampled, so that a spike shorter than the interval is
 * missed; it is not the figure Lambda meters; and outside Linux it is what the worker itself
 * reports, which a busy event loop delays. It is meant to find a function that needs far more than
 * it was given, not to trim the last megabytes.
 */
export function residentBytesMax(memoryMb: number): number {
  return (memoryMb + graceMb) * megabyte;
}

/**
 * V8's share of MemorySize: 90 % old space and 5 % per semi-space, the proportions known from the
 * start script of Lambda's own Node runtimes.
 */
export function heapArguments(memoryMb: number): string[] {
  return [
    `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`,
    `--max-semi-space-size=${Math.max(1, Math.floor(memoryMb * 0.05))}`,
  ];
}

/**
 * Calls `onExceeded` once when the process has more resident memory than allowed. Only where /proc
 * exists; elsewhere it never fires.
 */
export function watchMemory(options: {
  readonly pid: number | undefined;
  readonly bytesMax: number;
  readonly onExceeded: () => void;
}): { readonly stop: () => void } {
  const timer = setInterval(() => {
    const bytes = residentBytes(options.pid);
    if (bytes === undefined || bytes <= options.bytesMax) return;
    clearInterval(timer);
    options.onExceeded();
  }, sampleIntervalMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** Resident memory of a process in bytes; undefined without /proc or when the process is gone. */
function residentBytes(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
  } catch {
    return undefined;
  }
}
