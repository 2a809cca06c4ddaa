/** Ctrl-C, or the like from whoever runs the process. */
export type Interrupt = { readonly signal: AbortSignal; readonly close: () => void };

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Returns a signal that the first Ctrl-C aborts; the second ends the process at once. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    close: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
