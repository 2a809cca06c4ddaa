#!/usr/bin/env node
// Plain JavaScript, because an old Node cannot even parse the rest.
import { checkNode } from './check-node.mjs';

checkNode();
if (import.meta.dirname.includes('node_modules')) {
  // Node runs no TypeScript from node_modules; the package there is the client.
  console.error(
    'the goodstanding CLI runs in a clone of the repository, got an installed package; clone it, npm ci, then npx goodstanding',
  );
  process.exit(2);
}
const { runFromProcess } = await import('../operator/cli/process.ts');
await runFromProcess();
