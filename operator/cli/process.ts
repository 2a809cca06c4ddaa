import { fileURLToPath } from 'node:url';
import { runCli } from './main.ts';

/** Runs the command line of this process and sets its exit code. */
export async function runFromProcess(): Promise<void> {
  // The reader of a pipe (`| head`) may leave early; that is not a failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  process.exitCode = await runCli(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    cloneRoot: fileURLToPath(new URL('../..', import.meta.url)),
  });
}
