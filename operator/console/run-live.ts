import { startLiveRehearsal } from '../actions/live-rehearsal.ts';
import { startRehearsalRuntime } from '../actions/rehearsal-runtime.ts';
import { createLiveMirror } from './live-stage.ts';
import { openConsole } from './open-console.ts';
import type { LiveRehearsal } from './rehearsal-model.ts';

/**
 * Boots the rehearsed deployment with a console of its own, lets one provider refuse one pool, tells how the mail
 * rotates, and stays up until the signal ends it.
 * @throws where the deployment cannot be built or started
 */
export async function runLive({
  signal,
  tell,
  up,
  port,
}: {
  readonly signal: AbortSignal;
  readonly tell: (state: LiveRehearsal) => void;
  /** Hears where the deployment answers, for whoever would ask it by the command line. */
  readonly up?: (where: { readonly endpoint: string; readonly deployment: string }) => void;
  /** Of its console. @default 4580, and where that is taken any free one */
  readonly port?: number;
}): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const live = createLiveMirror();
  const { backend, endpoint, deployment, close } = await startRehearsalRuntime();
  const opened = await openConsole({
    ...{ backend, live, mode: 'operate' },
    label: `rehearsal ${deployment} on ${endpoint}`,
    ...(port === undefined ? {} : { port }),
  });
  up?.({ endpoint, deployment });
  try {
    const onProgress = (state: LiveRehearsal) => {
      live.become(state);
      tell({ ...state, consoleUrl: opened.url });
    };
    await startLiveRehearsal(backend, endpoint, { onProgress, signal });
    await ended;
  } finally {
    await opened.close();
    await close();
  }
}
