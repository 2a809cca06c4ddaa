/** The process in which the pipeline is rehearsed: a runtime of its own, with a console of its own. */
import { minuteMs } from '../../domain/time.ts';
import { runLive } from './run-live.ts';

const stop = new AbortController();
/** The console that started it is gone, or somebody stopped it. */
for (const end of ['disconnect', 'SIGTERM', 'SIGINT'] as const)
  process.once(end, () => stop.abort());

/** Whoever wants to look around for longer starts `goodstanding rehearse`. */
const lookAroundMs = 15 * minuteMs;

process.once('message', async () => {
  await runLive({
    signal: stop.signal,
    tell: (state) => {
      if (process.connected) process.send?.(state);
      if (state.phase === 'done' || state.phase === 'failed')
        setTimeout(() => stop.abort(), lookAroundMs).unref();
    },
  });
  process.exit();
});
