import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { repositoryRoot } from '../../lib/repository-root.ts';

/** One `dlq redrive` as a process of its own, and what it said. */
export type RedriveRun = {
  readonly killed: boolean;
  readonly seconds: number;
  /** All 0 for one that was killed: it said nothing. */
  readonly moved: number;
  readonly left: number;
  readonly failed: number;
  readonly hidden: number;
};

const said = z.looseObject({
  moved: z.number(),
  left: z.number(),
  failed: z.number(),
  hidden: z.number(),
});

const lookMs = 200;

/** Runs the command against an endpoint; where `isTime` is given it is killed as soon as that is so. */
export async function runRedrive(
  target: { readonly endpoint: string; readonly deployment: string },
  isTime?: () => Promise<boolean>,
): Promise<RedriveRun> {
  const startedAt = performance.now();
  const child = startRedrive(target);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const closed = once(child, 'close');
  while (isTime && child.exitCode === null && child.signalCode === null) {
    if (await isTime()) child.kill('SIGKILL');
    await pause(lookMs);
  }
  await closed;
  const seconds = (performance.now() - startedAt) / 1000;
  if (child.signalCode !== null)
    return { killed: true, seconds, moved: 0, left: 0, failed: 0, hidden: 0 };
  const parsed = said.safeParse(parseJson(output));
  if (!parsed.success) throw new Error(`dlq redrive said: ${output.slice(0, 500)}`);
  const { moved, left, failed, hidden } = parsed.data;
  return { killed: false, seconds, moved, left, failed, hidden };
}

function startRedrive({
  endpoint,
  deployment,
}: {
  readonly endpoint: string;
  readonly deployment: string;
}) {
  const command = join(repositoryRoot, 'bin', 'goodstanding.mjs');
  const args = [
    ...['dlq', 'redrive', '--reason', 'identity-unverified', '--yes', '--json'],
    ...['--why', 'the identity is verified', '--endpoint', endpoint, '--deployment', deployment],
  ];
  return spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
