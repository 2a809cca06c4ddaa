import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { repositoryRoot } from '../../lib/repository-root.ts';

/** Where and on what the numbers were measured. */
export type Machine = {
  readonly date: string;
  readonly commit: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly platform: string;
};

/** Returns what this machine is, and which commit is measured. */
export function describeMachine(): Machine {
  const cores = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commitOf(repositoryRoot),
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The page and its numbers are left out: they are about to be written. */
function commitOf(root: string): string {
  try {
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
    const changed = git('status', '--porcelain', '--', '.', ':!docs/measured.*');
    return `${git('rev-parse', 'HEAD')}${changed === '' ? '' : ' with uncommitted changes'}`;
  } catch {
    return 'unknown: this is no git clone';
  }
}
