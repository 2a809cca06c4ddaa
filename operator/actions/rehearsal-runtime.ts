import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localTarget } from '../../adapters/clients.ts';
import { namesOf } from '../../contract/names.ts';
import { buildApp } from '../../lib/pipeline-app.ts';
import { startRuntime } from '../../local/runtime.ts';
import { rotatingConfig } from '../prove/rotation-load.ts';
import { type Backend, createBackend } from './backend.ts';

/** The deployment that is rehearsed, on a local runtime of its own. */
export type RehearsalRuntime = {
  readonly backend: Backend;
  readonly endpoint: string;
  readonly deployment: string;
  readonly close: () => Promise<void>;
};

/**
 * Boots a deployment of two pools whose loop acts by itself, on a free port. Nothing of the user's own
 * deployment, configuration or data is touched, and nothing is left behind. Takes seconds: the template is made
 * and its functions are bundled.
 */
export async function startRehearsalRuntime(): Promise<RehearsalRuntime> {
  // CDK bundles through npx, which otherwise says what it thinks of the user's npm settings.
  process.env['npm_config_loglevel'] ??= 'error';
  const outdir = mkdtempSync(join(tmpdir(), 'goodstanding-rehearsal-'));
  const leaveNothing = () => rmSync(outdir, { recursive: true, force: true });
  process.on('exit', leaveNothing);
  const forget = () => {
    process.off('exit', leaveNothing);
    leaveNothing();
  };
  try {
    const { deployment } = rotatingConfig;
    const { app } = await buildApp({ config: rotatingConfig, outdir });
    app.synth();
    const runtime = await startRuntime({
      assemblyDir: outdir,
      stackName: namesOf(deployment).stack,
      port: 0,
    });
    const backend = createBackend(localTarget(runtime.endpointUrl), deployment);
    return {
      backend,
      endpoint: runtime.endpointUrl,
      deployment,
      close: async () => {
        backend.close();
        await runtime.close();
        forget();
      },
    };
  } catch (cause) {
    forget();
    throw cause;
  }
}
