#!/usr/bin/env node
// Plain JavaScript, because an old Node cannot even parse the rest.
import { checkNode } from './check-node.mjs';

checkNode();
const { bench } = await import('../operator/bench/bench.ts');
process.exitCode = await bench(process.argv.slice(2));
