import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { localTarget, type Target } from '../../adapters/clients.ts';

/** What the command line says about where to go. */
export type TargetOptions = {
  readonly endpoint?: string | undefined;
  readonly local?: boolean | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly deployment?: string | undefined;
};

/** Where a person stands: environment, current folder, and the clone that the CLI belongs to. */
export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly cloneRoot: string;
};

export type FoundTarget = {
  readonly target: Target;
  readonly deployment: string;
  /** For people: what the commands act on. */
  readonly label: string;
};

const stateFile = join('.goodstanding', 'local.json');
const stateShape = z.object({ endpoint: z.string(), deployment: z.string(), pid: z.number() });
const configShape = z.object({
  config: z.object({ deployment: z.string().default('goodstanding') }),
});

/**
 * Returns what the commands act on. An endpoint wins over `--local`, that over a profile or region, that
 * over a local runtime that runs in this clone, that over AWS by the environment.
 * Returns a sentence when `--local` is asked for and none runs.
 */
export async function findTarget(
  options: TargetOptions,
  around: Surroundings,
): Promise<FoundTarget | string> {
  const endpoint = options.endpoint ?? around.env['AWS_ENDPOINT_URL'];
  const runtime = findRuntime(around);
  if (endpoint) {
    const deployment =
      runtime?.endpoint === endpoint ? runtime.deployment : await ownDeployment(around);
    return atEndpoint(endpoint, options, deployment, around);
  }
  if (options.local && !runtime)
    return '--local: no local runtime runs in this clone; start one with npm start, or name it with --endpoint';
  if (runtime && (options.local || !(options.profile || options.region)))
    return atEndpoint(runtime.endpoint, options, runtime.deployment, around);
  return inAws(options, around);
}

function atEndpoint(
  endpoint: string,
  options: TargetOptions,
  deployment: string,
  { env }: Surroundings,
): FoundTarget {
  const local = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])([:/]|$)/.test(endpoint);
  const region = options.region ?? env['AWS_REGION'];
  return {
    target: {
      ...(local ? localTarget(endpoint) : { endpoint }),
      ...(region ? { region } : {}),
      ...(options.profile && !local ? { profile: options.profile } : {}),
    },
    deployment: options.deployment ?? env['GOODSTANDING_DEPLOYMENT'] ?? deployment,
    label: local ? `local runtime ${endpoint}` : `endpoint ${endpoint}`,
  };
}

async function inAws(options: TargetOptions, around: Surroundings): Promise<FoundTarget> {
  const { env } = around;
  const profile = options.profile ?? env['AWS_PROFILE'];
  const region = options.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  return {
    target: {
      ...(region ? { region } : {}),
      ...(options.profile ? { profile: options.profile } : {}),
    },
    deployment:
      options.deployment ?? env['GOODSTANDING_DEPLOYMENT'] ?? (await ownDeployment(around)),
    label: `AWS account profile ${profile ?? 'of the environment'} region ${region ?? 'of the profile'}`,
  };
}

/** Returns the local runtime that runs in this clone; the state file of a dead one is ignored. */
function findRuntime(around: Surroundings): z.output<typeof stateShape> | undefined {
  for (const folder of [around.cwd, around.cloneRoot]) {
    const file = join(folder, stateFile);
    if (!existsSync(file)) continue;
    const state = stateShape.safeParse(parseJson(readFileSync(file, 'utf8')));
    if (state.success && isAlive(state.data.pid)) return state.data;
  }
  return undefined;
}

/** Returns the deployment that the current folder configures, else the default one. */
async function ownDeployment({ cwd }: Surroundings): Promise<string> {
  const file = join(cwd, 'goodstanding.config.ts');
  if (!existsSync(file)) return 'goodstanding';
  const loaded: unknown = await import(pathToFileURL(file).href);
  const config = configShape.safeParse(loaded);
  return config.success ? config.data.config.deployment : 'goodstanding';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
