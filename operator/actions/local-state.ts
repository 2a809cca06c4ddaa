import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';

const stateShape = z.object({ endpoint: z.string(), deployment: z.string(), pid: z.number() });

/** A local runtime that the CLI of a clone goes to. */
export type LocalState = z.output<typeof stateShape>;

const fileIn = (folder: string) => join(folder, '.goodstanding', 'local.json');

/** Returns the local runtime that runs in this folder; the state file of a dead one is ignored. */
export function readLocalState(folder: string): LocalState | undefined {
  const file = fileIn(folder);
  if (!existsSync(file)) return undefined;
  const state = stateShape.safeParse(parseJson(readFileSync(file, 'utf8')));
  return state.success && isAlive(state.data.pid) ? state.data : undefined;
}

/**
 * Makes a runtime the one that the CLI of this folder goes to, unless another one that lives is that
 * already. Returns the one that it is then. Idempotent.
 */
export function claimLocalState(folder: string, own: LocalState): LocalState {
  const first = readLocalState(folder);
  if (first && first.pid !== own.pid) return first;
  const file = fileIn(folder);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(own, undefined, 2)}\n`);
  return own;
}

/** Removes the state of a runtime that ends; another one's stays. Idempotent. */
export function dropLocalState(folder: string, pid: number): void {
  if (readLocalState(folder)?.pid === pid) rmSync(fileIn(folder), { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else may not be signalled, and lives.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
