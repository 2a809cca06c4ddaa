import {
  type FunctionError,
  functionError,
  functionErrorFromBody,
  type InvocationOutcome,
} from './invocation-outcome.ts';

/** One event on its way to a runtime; `payload` is JSON text, `deadlineMs` real time since 1970. */
export type Invocation = {
  readonly requestId: string;
  readonly payload: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
};

/** How the start of a runtime went; `gone` when its process ended before it said anything. */
export type InitOutcome =
  | { readonly status: 'ready' | 'gone' }
  | { readonly status: 'failed'; readonly error: FunctionError };

/**
 * Where the runtime of one environment, asking for work, meets the invocation that waits for a
 * runtime; one invocation at a time. It knows neither HTTP nor processes.
 */
export type InvocationDesk = {
  /** Settles when the runtime first asks for work, fails to start, or is gone. */
  readonly initialized: Promise<InitOutcome>;
  readonly failInit: (body: string) => void;
  /** The runtime asks for work: `take` is called with the next invocation. */
  readonly ask: (take: (invocation: Invocation) => void) => void;
  readonly run: (invocation: Invocation) => Promise<InvocationOutcome>;
  /** Settles when the runtime, having answered, asks again, or is gone. */
  readonly askedAgain: () => Promise<void>;
  /** False when the answer is for an invocation that is not running. */
  readonly answer: (requestId: string, outcome: InvocationOutcome) => boolean;
  /** The process has ended: whoever waits here gets Runtime.ExitError with this reason. */
  readonly runtimeGone: (reason: string) => void;
};

/** Opens the desk of one execution environment. */
export function createDesk(): InvocationDesk {
  const initialized = Promise.withResolvers<InitOutcome>();
  let rested = Promise.withResolvers<void>();
  let take: ((invocation: Invocation) => void) | undefined;
  let waiting: Invocation | undefined;
  let running: { requestId: string; settle: (outcome: InvocationOutcome) => void } | undefined;
  let goneReason: string | undefined;

  const meet = () => {
    if (take === undefined || waiting === undefined) return;
    take(waiting);
    take = undefined;
    waiting = undefined;
  };
  const answer = (requestId: string, outcome: InvocationOutcome) => {
    if (running?.requestId !== requestId) return false;
    running.settle(outcome);
    running = undefined;
    return true;
  };
  return {
    initialized: initialized.promise,
    failInit: (body) =>
      initialized.resolve({ status: 'failed', error: functionErrorFromBody(body) }),
    ask: (taker) => {
      initialized.resolve({ status: 'ready' });
      take = taker;
      rested.resolve();
      meet();
    },
    run: (invocation) => {
      if (goneReason !== undefined)
        return Promise.resolve(exited(invocation.requestId, goneReason));
      const { promise, resolve } = Promise.withResolvers<InvocationOutcome>();
      running = { requestId: invocation.requestId, settle: resolve };
      rested = Promise.withResolvers();
      waiting = invocation;
      meet();
      return promise;
    },
    askedAgain: () => rested.promise,
    answer,
    runtimeGone: (reason) => {
      goneReason = reason;
      initialized.resolve({ status: 'gone' });
      if (running !== undefined) answer(running.requestId, exited(running.requestId, reason));
      rested.resolve();
    },
  };
}

function exited(requestId: string, reason: string): InvocationOutcome {
  const message = `RequestId: ${requestId} Error: Runtime exited with error: ${reason}`;
  return { status: 'failed', error: functionError('Runtime.ExitError', message) };
}
