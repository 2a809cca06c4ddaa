import type { BundleSize } from '../prove/assembly.ts';

/**
 * Largest bundle of each stage, bytes: minified, the AWS SDK in it. A little above what it is, so that
 * whoever adds a dependency sees it; a cold start reads and compiles all of it.
 */
export const bundleBytesMax: Readonly<Record<string, number>> = {
  dispatch: 855_000,
  feedback: 615_000,
  account: 610_000,
  suppression: 550_000,
  seed: 535_000,
  due: 600_000,
  rotation: 780_000,
  responder: 570_000,
};

/** Returns a function's stage from its physical name: `<deployment>-<stage>`, dispatch with its stream behind it. */
export function stageOf(functionName: string): string {
  return functionName.split('-')[1] ?? functionName;
}

/** Returns the functions whose bundle is larger than their stage may be, or whose stage has no budget. */
export function overBudget(bundles: Readonly<Record<string, BundleSize>>): readonly string[] {
  return Object.entries(bundles)
    .filter(([name, { bytes }]) => bytes > (bundleBytesMax[stageOf(name)] ?? 0))
    .map(([name, { bytes }]) => `${name}: ${bytes} bytes`);
}
