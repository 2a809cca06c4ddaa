import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';
import { repositoryRoot } from './repository-root.ts';

/**
 * Returns a stage's code as one ES module with the SDK that our lock file pins. esbuild runs in this process:
 * CDK's own NodejsFunction starts it through npx, which takes longer than the bundling.
 */
export function stageCode(stage: string): Code {
  const folder = join(repositoryRoot, 'lambdas', stage);
  return Code.fromAsset(folder, {
    // The same code from another path is the same asset.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never asked for: what is bundled here needs no Docker.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle: (outputFolder) => {
          buildSync({
            ...settings,
            entryPoints: [join(folder, 'handler.ts')],
            outfile: join(outputFolder, 'index.mjs'),
          });
          return true;
        },
      },
    },
  });
}

const settings: BuildOptions = {
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
};
