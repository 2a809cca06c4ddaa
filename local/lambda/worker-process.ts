import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { dirname, extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Place } from '../aws.ts';
import type { LambdaFunction } from './function-definition.ts';
import { heapArguments } from './memory-limit.ts';
import { processVariables } from './process-variables.ts';

export type WorkerOptions = {
  readonly definition: LambdaFunction;
  readonly place: Place;
  readonly endpointUrl: string;
  readonly nameServer: string | undefined;
  readonly onLine: (line: string) => void;
};

/**
 * Starts the process that runs a function: a clean environment, a heap bound to MemorySize, and
 * before anything else the guard that refuses every connection off this machine. Its lines go to
 * `onLine`; `onEnd` gets the reason of its end in the words Lambda uses.
 */
export function spawnWorker(
  options: WorkerOptions,
  runtimeApi: string,
  onEnd: (reason: string) => void,
): ChildProcess {
  const { definition, place, endpointUrl, nameServer } = options;
  const child = spawn(
    process.execPath,
    [
      ...heapArguments(definition.memoryMb),
      // Unlike --import, --require also runs before the code of threads made from a string.
      '--require',
      fileURLToPath(workerFile('guard')),
      fileURLToPath(workerFile('main')),
    ],
    {
      cwd: definition.assetPath,
      env: {
        ...processVariables({
          definition,
          place,
          endpointUrl,
          nameServer,
          runtimeApi,
          logStreamName: logStreamName(),
        }),
        // A second environment of a bundle starts with what the first compiled: 0.16 s of CPU instead of
        // 0.25 s. It lies beside the bundles and goes with them; the worker hides it from the function.
        NODE_COMPILE_CACHE: join(dirname(definition.assetPath), '.compile-cache'),
      },
      // Standard input stays open for as long as this process lives: its end tells the worker to go.
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  child.once('error', (cause) => onEnd(`could not be started: ${cause.message}`));
  child.once('exit', (code, signal) => {
    onEnd(signal === null ? `exit status ${code}` : `signal: ${signalWords[signal] ?? signal}`);
  });
  // A worker that is gone must not end the whole box by a broken pipe.
  child.stdin.on('error', () => undefined);
  forwardLines(child.stdout, options.onLine);
  forwardLines(child.stderr, options.onLine);
  return child;
}

const signalWords: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

/** The worker's files are next to this one, with the extension this one was loaded with. */
function workerFile(name: 'guard' | 'main'): URL {
  return new URL(`./worker/${name}${extname(import.meta.url)}`, import.meta.url);
}

function logStreamName(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomBytes(16).toString('hex')}`;
}

function forwardLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on('line', onLine);
}
