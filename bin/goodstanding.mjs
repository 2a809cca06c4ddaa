#!/usr/bin/env node
// Plain JavaScript, because it must be able to say that this Node is too old for the rest.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const needed = [22, 12];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(
    `error: goodstanding needs Node ${needed.join('.')} or newer, got ${process.versions.node}: in a clone run it as \`npx goodstanding\` after \`npm ci\` (that brings its own Node), or install Node 24`,
  );
  process.exitCode = 2;
} else if (process.features.typescript) {
  const { runFromProcess } = await import('../operator/cli/process.ts');
  await runFromProcess();
} else {
  // Node 22 below 22.18 runs TypeScript only when asked to.
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
  const again = [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, again, { stdio: 'inherit' });
  process.exitCode = status ?? 3;
}
