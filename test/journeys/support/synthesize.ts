import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { namesOf } from '../../../contract/names.ts';
import { checkConfig } from '../../../contract/pipeline-config.ts';
import { buildApp } from '../../../lib/pipeline-app.ts';
import { PipelineStack } from '../../../lib/pipeline-stack.ts';
import { watchedConfig } from '../../../operator/prove/alarm-config.ts';
import { many, rotating, single } from './configs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder that the journeys of one run share: the assembly, and what each leaves behind. */
    journeys: string;
  }
}

/**
 * Synthesizes the four deployments once for all journeys, into one assembly, so that the functions are
 * bundled once.
 */
export async function setup(project: TestProject): Promise<void> {
  const folder = project.getProvidedContext().journeys;
  // Another project of this run may have done it.
  if (existsSync(folder)) return;
  mkdirSync(recordsFolder(folder), { recursive: true });
  const { app } = await buildApp({ config: many, outdir: assemblyFolder(folder) });
  for (const input of [single, rotating, watchedConfig]) {
    const config = checkConfig(input);
    new PipelineStack(app, namesOf(config.deployment).stack, { config });
  }
  app.synth();
  project.vitest.onClose(() => rmSync(folder, { recursive: true, force: true }));
}

/** Where the cloud assembly lies. */
export function assemblyFolder(folder: string): string {
  return join(folder, 'assembly');
}

/** Where each journey leaves what its functions asked of AWS and wrote to their logs. */
export function recordsFolder(folder: string): string {
  return join(folder, 'records');
}
