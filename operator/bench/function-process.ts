import { type ChildProcess, fork } from 'node:child_process';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { localPlace } from '../../local/aws.ts';

/** What a run of events took of the function's process. */
export type Took = { readonly cpuMs: number; readonly wallMs: number };

/** A function's real bundle in a process of its own, which calls the local runtime. */
export type FunctionProcess = {
  /** From the first line of the bundle until its handler is there, its first read of a secret included. */
  readonly importMs: number;
  /** @throws when the function left anything in its queue: then it did not do what is measured */
  readonly run: (events: readonly object[]) => Promise<Took>;
  readonly close: () => void;
};

const configured = z.object({
  Configuration: z.object({
    MemorySize: z.number(),
    Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
  }),
  Code: z.object({ Location: z.string() }),
});
const loaded = z.object({ importMs: z.number() });
const took = z.object({ cpuMs: z.number(), wallMs: z.number(), failures: z.number() });

/** Starts a function of a running deployment beside it, with the variables that its template gives it. */
export async function startFunction(
  functionName: string,
  options: { readonly endpoint: string; readonly execArgv?: readonly string[] },
): Promise<FunctionProcess> {
  const { endpoint } = options;
  const { Configuration, Code } = configured.parse(await describe(functionName, endpoint));
  const child = fork(
    fileURLToPath(new URL('./cpu-child.ts', import.meta.url)),
    [join(Code.Location, 'index.mjs')],
    {
      execArgv: [...(options.execArgv ?? [])],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        ...Configuration.Environment.Variables,
        AWS_REGION: localPlace.region,
        AWS_LAMBDA_FUNCTION_NAME: functionName,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(Configuration.MemorySize),
        AWS_ACCESS_KEY_ID: `FN-${functionName}`,
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL: endpoint,
        AWS_CONFIG_FILE: devNull,
        AWS_SHARED_CREDENTIALS_FILE: devNull,
      },
    },
  );
  const { importMs } = loaded.parse(await answerOf(child));
  return {
    importMs,
    run: async (events) => {
      child.send({ events });
      const { failures, ...rest } = took.parse(await answerOf(child));
      if (failures > 0)
        throw new Error(`${functionName} left ${failures} messages in its queue, allowed are none`);
      return rest;
    },
    close: () => child.disconnect(),
  };
}

async function describe(functionName: string, endpoint: string): Promise<unknown> {
  const answer = await fetch(`${endpoint}/2015-03-31/functions/${functionName}`, {
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=OWNER/20260101/${localPlace.region}/lambda/aws4_request, SignedHeaders=host, Signature=0`,
    },
  });
  return answer.json();
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`the function’s process ended: ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}
