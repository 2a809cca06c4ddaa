#!/usr/bin/env node
// Plain JavaScript, because an old Node cannot even parse the rest.
import { checkNode } from './check-node.mjs';

checkNode();
const { simulate } = await import('../operator/simulate/simulate.ts');
process.exitCode = simulate(process.argv.slice(2));
