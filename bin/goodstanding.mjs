#!/usr/bin/env node
// Plain JavaScript, because an old Node cannot even parse the rest.
import { checkNode } from './check-node.mjs';

checkNode();
const { runFromProcess } = await import('../operator/cli/process.ts');
await runFromProcess();
