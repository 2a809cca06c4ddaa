import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { localTarget, type Target } from '../../adapters/clients.ts';
import { type LocalState, readLocalState } from './local-state.ts';

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

const configShape = z.object({
  config: z.object({
    deployment: z.string().default('goodstanding'),
    streams: z
      .record(z.string(), z.looseObject({ deliveryEvents: z.boolean().default(false) }))
      .default({}),
    sendingDomains: z.array(z.looseObject({ domain: z.string() })).default([]),
    sendingAddresses: z.array(z.string()).default([]),
  }),
});

/**
 * Returns what the commands act on. An endpoint wins over `--local`, that over a profile or region, that
 * over a local runtime that runs in this clone, that over AWS by the environment.
 * Returns a sentence when `--local` is asked for and none runs, or the endpoint is no URL.
 */
export async function findTarget(
  options: TargetOptions,
  around: Surroundings,
): Promise<FoundTarget | string> {
  const endpoint = options.endpoint ?? around.env['AWS_ENDPOINT_URL'];
  const runtime = findRuntime(around);
  if (endpoint) {
    if (!isHttpUrl(endpoint))
      return `${options.endpoint ? '--endpoint' : 'AWS_ENDPOINT_URL'}: got ${endpoint}; allowed is a URL such as http://127.0.0.1:4566`;
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
  const local = isLocal(endpoint);
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

/** Returns the local runtime that runs in this clone. */
function findRuntime({ cwd, cloneRoot }: Surroundings): LocalState | undefined {
  return readLocalState(cwd) ?? readLocalState(cloneRoot);
}

/** Returns the deployment that the current folder configures, else the default one. */
async function ownDeployment({ cwd }: Surroundings): Promise<string> {
  return (await readConfig(cwd))?.deployment ?? 'goodstanding';
}

/**
 * Returns the streams of which a local runtime hears no Delivery events, by the configuration that it
 * was started from; none where that is not known.
 */
export async function streamsWithoutDeliveries(
  target: Target,
  { cwd, cloneRoot }: Surroundings,
): Promise<readonly string[]> {
  if (!target.endpoint || !isLocal(target.endpoint)) return [];
  const streams = ((await readConfig(cwd)) ?? (await readConfig(cloneRoot)))?.streams ?? {};
  return Object.keys(streams).filter((stream) => !streams[stream]?.deliveryEvents);
}

/**
 * Returns the domains and addresses that a deployment may send from, as the configuration in the current
 * folder has them; undefined where that is none, or another deployment's.
 */
export async function configuredSenders(
  deployment: string,
  { cwd }: Pick<Surroundings, 'cwd'>,
): Promise<readonly string[] | undefined> {
  const config = await readConfig(cwd);
  if (config?.deployment !== deployment) return undefined;
  return [...config.sendingDomains.map(({ domain }) => domain), ...config.sendingAddresses];
}

async function readConfig(folder: string) {
  const file = join(folder, 'goodstanding.config.ts');
  if (!existsSync(file)) return undefined;
  const loaded: unknown = await import(pathToFileURL(file).href);
  const read = configShape.safeParse(loaded);
  return read.success ? read.data.config : undefined;
}

function isLocal(endpoint: string): boolean {
  return /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])([:/]|$)/.test(endpoint);
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\/./.test(text) && URL.canParse(text);
}
