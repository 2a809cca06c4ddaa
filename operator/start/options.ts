import { Command, InvalidArgumentError } from 'commander';

export type StartOptions = {
  /** Send, wait for every outcome, report and exit. */
  readonly once: boolean;
  /** One JSON object as the last line of the output. */
  readonly json: boolean;
  /** Queue bodies to send, one a line, instead of the sample. */
  readonly input?: string;
  /** Do not send the sample. */
  readonly sample: boolean;
  /** Port to listen on; the next free one after 4566 where none is asked for. */
  readonly port?: number;
  /** Seconds to wait for outcomes. */
  readonly timeout: number;
  /** Serve the console. */
  readonly console: boolean;
  /** Let the console act. */
  readonly operate: boolean;
};

const portMax = 65_535;

/** Returns what `npm start -- …` asks for; wrong words end the process with a sentence and code 2. */
export function readOptions(args: readonly string[]): StartOptions {
  const command = new Command('npm start --')
    .description('Run the whole pipeline on this machine: the real template, the real functions.')
    .option('--once', 'send, wait until every recipient has an outcome, report, and exit', false)
    .option('--json', 'report as one JSON object on the last line', false)
    .option(
      '--input <file>',
      'send this file, one queue message body a line, instead of the sample',
    )
    .option('--no-sample', 'start without sending the sample')
    .option('--port <number>', 'port on 127.0.0.1 (default: 4566, or the next free one)', port)
    .option('--timeout <seconds>', 'longest wait for outcomes', positive, 120)
    .option('--no-console', 'serve no console')
    .option('--operate', 'let the console act, not only look', false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse(args, { from: 'user' });
  return command.opts<StartOptions>();
}

function port(text: string): number {
  const value = positive(text);
  if (value <= portMax) return value;
  throw new InvalidArgumentError(`got ${text}, a port from 1 to ${portMax} is needed`);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError(`got ${text}, a whole number above 0 is needed`);
}
