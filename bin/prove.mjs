#!/usr/bin/env node
// Plain JavaScript, because an old Node cannot even parse the rest.
import { checkNode } from './check-node.mjs';

checkNode();
const { prove } = await import('../operator/prove/prove.ts');
process.exitCode = await prove(process.argv.slice(2));
