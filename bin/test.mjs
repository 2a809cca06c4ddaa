#!/usr/bin/env node
// Plain JavaScript, because an old Node cannot even parse the rest.
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { checkNode } from './check-node.mjs';

checkNode();
process.stdout.write(
  'journeys, types, lint and rooms run at once; each says what it found when it ends\n',
);
const parts = [run('vitest run --project journeys --project reputation --project least-privilege')];
// Journeys wait most of their time; what computes runs beside them and has a third of their share when they go on.
setPriority(5);
parts.push(run('tsc -p . && tsc -p operator/console/page'));
parts.push(run('biome check --error-on-warnings .'));
parts.push(run('vitest run --project rooms'));
process.exitCode = (await Promise.all(parts)).every((code) => code === 0) ? 0 : 1;

/** Runs a command and prints what it said when it has ended, so that no two mix; returns its exit code. */
async function run(command) {
  const color = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const env = { ...process.env, ...color };
  const child = spawn(command, { shell: true, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  process.stdout.write(`\n> ${command}\n${Buffer.concat(said)}`);
  if (code !== 0) process.stdout.write(`\nfailed: ${command}\n`);
  return code;
}
