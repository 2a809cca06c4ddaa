import { tmpdir } from 'node:os';
import { PassThrough, Readable, Writable } from 'node:stream';
import { runCli } from '../../operator/cli/main.ts';
import type { LocalAws } from './local-aws.ts';

export type CliRun = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The answer of a run with `--json`. */
  readonly json: <T>() => T;
};

export type CliSurroundings = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly cloneRoot?: string;
  readonly stdin?: string;
  /** Answers a question, as from a terminal. */
  readonly answer?: string;
};

/** Runs one command line in this process, in an empty environment and folder, with nothing of the machine. */
export async function cli(args: readonly string[], around: CliSurroundings = {}): Promise<CliRun> {
  const stdout = collector();
  const stderr = collector();
  const stdin =
    around.answer === undefined ? Readable.from([around.stdin ?? '']) : new PassThrough();
  if (around.answer !== undefined && stdin instanceof PassThrough)
    stdin.write(`${around.answer}\n`);
  const code = await runCli(args, {
    stdout: stdout.stream,
    stderr: stderr.stream,
    stdin: Object.assign(stdin, around.answer === undefined ? {} : { isTTY: true }),
    env: { USER: 'tester', COLUMNS: '80', ...around.env },
    cwd: around.cwd ?? tmpdir(),
    cloneRoot: around.cloneRoot ?? tmpdir(),
    settleMs: 0,
    statusPartMs: 20_000,
  });
  const out = stdout.text();
  return { code, stdout: out, stderr: stderr.text(), json: () => JSON.parse(out) };
}

/** Runs one command line against the emulators. */
export function cliOn(aws: LocalAws, args: readonly string[], around: CliSurroundings = {}) {
  return cli([...args, '--endpoint', aws.endpoint, '--deployment', aws.deployment], around);
}

function collector() {
  let text = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  return { stream, text: () => text };
}
