#!/usr/bin/env node
// Plain JavaScript, because an old Node cannot even parse the rest.
import { checkNode } from './check-node.mjs';

checkNode();
const { start } = await import('../operator/start/start.ts');
process.exitCode = await start(process.argv.slice(2));
