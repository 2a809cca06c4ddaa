/** The one file that knows the progress-bar library. */
import { SingleBar } from 'cli-progress';
import type { Io } from './io.ts';

/** A bar on stderr; it draws nothing where stderr is no terminal. */
export type Progress = {
  readonly to: (done: number) => void;
  readonly end: () => void;
};

/** Starts a bar for `total` steps; without a total it counts. */
export function startProgress(io: Io, label: string, total: number | undefined): Progress {
  if (io.stderr.isTTY !== true) return { to: () => undefined, end: () => undefined };
  const format =
    total === undefined ? `${label} {value}` : `${label} {bar} {value}/{total} {eta_formatted}`;
  const bar = new SingleBar({
    stream: io.stderr,
    format,
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(total ?? Number.MAX_SAFE_INTEGER, 0);
  return { to: (done) => bar.update(done), end: () => bar.stop() };
}
