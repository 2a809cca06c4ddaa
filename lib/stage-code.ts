import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync, type OutputFile } from 'esbuild';
import { repositoryRoot } from './repository-root.ts';

/** Folders of `lambdas/` that become functions. */
export const stages = [
  'dispatch',
  'feedback',
  'rotation',
  'account',
  'due',
  'responder',
  'suppression',
  'seed',
] as const;

export type Stage = (typeof stages)[number];

/** The files of every stage, by the assembly they were bundled for. */
const bundlesByAssembly = new Map<string, readonly OutputFile[]>();

/**
 * Returns a stage's code as one ES module with the SDK that our lock file pins. esbuild runs in this process:
 * CDK's own NodejsFunction starts it through npx, which takes longer than the bundling.
 */
export function stageCode(stage: Stage): Code {
  return Code.fromAsset(folderOf(stage), {
    // The same code from another path is the same asset.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never asked for: what is bundled here needs no Docker.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle: (outputFolder) => {
          mkdirSync(outputFolder, { recursive: true });
          for (const { path, contents } of bundlesIn(dirname(outputFolder)))
            if (basename(dirname(path)) === stage)
              writeFileSync(join(outputFolder, basename(path)), contents);
          return true;
        },
      },
    },
  });
}

/**
 * Returns what all stages are bundled to, as if each had a folder in this assembly. They are bundled together,
 * because what most of them share, the SDK, is then read once: half the time of one after the other.
 */
function bundlesIn(assembly: string): readonly OutputFile[] {
  const known = bundlesByAssembly.get(assembly);
  if (known) return known;
  const { outputFiles } = buildSync({
    ...settings,
    entryPoints: stages.map((stage) => ({
      in: join(folderOf(stage), 'handler.ts'),
      out: join(stage, 'index'),
    })),
    outdir: assembly,
    outExtension: { '.js': '.mjs' },
    write: false,
  });
  bundlesByAssembly.set(assembly, outputFiles);
  return outputFiles;
}

function folderOf(stage: Stage): string {
  return join(repositoryRoot, 'lambdas', stage);
}

const settings = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  absWorkingDir: repositoryRoot,
  // Parts of the SDK are CommonJS and call require, which an ES module does not have.
  banner: {
    js: "import{createRequire as goodstandingRequire}from'node:module';const require=goodstandingRequire(import.meta.url);",
  },
} as const satisfies BuildOptions;
