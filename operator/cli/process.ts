import { fileURLToPath } from 'node:url';
import { runCli } from './main.ts';

/** Runs the command line of this process and sets its exit code. */
export async function runFromProcess(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    cloneRoot: fileURLToPath(new URL('../..', import.meta.url)),
  });
}
