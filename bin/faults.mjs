#!/usr/bin/env node
// Plain JavaScript, because an old Node cannot even parse the rest.
import { checkNode } from './check-node.mjs';

checkNode();
const { faults } = await import('../operator/faults/faults.ts');
process.exitCode = await faults(process.argv.slice(2));
