import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { CommanderError } from 'commander';
import { columnsOf, exitCodes, type Io, type Sink, takesColour } from './io.ts';
import { printable, printableJson } from './printable.ts';
import { formatTable } from './table.ts';
import { wrapText } from './wrap.ts';

export type Terminal = {
  /** Writes the answer: one JSON line with `--json`, else the text. */
  readonly answer: (value: unknown, text: () => string) => void;
  /** Writes a line for people to stderr. */
  readonly note: (text: string) => void;
  readonly table: (head: readonly string[], rows: readonly (readonly string[])[]) => string;
  readonly strong: (text: string) => string;
  /** Breaks lines at the width of the terminal. */
  readonly wrap: (text: string) => string;
  /** Asks on a terminal; says yes when it was told to. @throws a usage error when nobody can be asked */
  readonly confirm: (question: string, yes: boolean) => Promise<boolean>;
  /** The same for what cannot be taken back: only the expected word is a yes. */
  readonly confirmTyped: (
    question: string,
    answer: { readonly expected: string; readonly yes: boolean },
  ) => Promise<boolean>;
};

const widthDefault = 80;
const widthMin = 60;
const widthMax = 120;

/** Returns the terminal as commands use it. */
export function createTerminal(io: Io, json: boolean): Terminal {
  const colour = takesColour(io.stdout, io.env);
  const width = widthOf(io.stdout, io.env);
  return {
    answer: (value, text) => {
      io.stdout.write(json ? `${printableJson(value)}\n` : `${printable(text())}\n`);
    },
    note: (text) => {
      const words = wrapNote(io, printable(text));
      io.stderr.write(`${paint('dim', words, takesColour(io.stderr, io.env))}\n`);
    },
    table: (head, rows) => formatTable(head, rows, { width, colour }),
    strong: (text) => paint('bold', text, colour),
    wrap: (text) => wrapText(text, width),
    confirm: async (question, yes) => yes || /^y(es)?$/i.test(await ask(io, `${question} [y/N] `)),
    confirmTyped: async (question, { expected, yes }) =>
      yes || (await ask(io, `${question} Type ${expected} to do it: `)) === expected,
  };
}

/**
 * Returns how many columns a line may take. Where nobody said so and no terminal is there, ids stay whole for
 * `grep` and the like.
 */
function widthOf(sink: Sink, env: Io['env']): number {
  const asked = columnsOf(env);
  if (asked !== undefined) return asked;
  if (sink.isTTY !== true) return Number.POSITIVE_INFINITY;
  return Math.min(widthMax, Math.max(widthMin, sink.columns ?? widthDefault));
}

/** Returns a line for people as stderr shows it: broken on a terminal, whole in a file, where it is searched. */
export function wrapNote({ stderr, env }: Io, text: string): string {
  return stderr.isTTY === true ? wrapText(text, widthOf(stderr, env)) : text;
}

function paint(style: 'bold' | 'dim', text: string, colour: boolean): string {
  return colour ? styleText(style, text, { validateStream: false }) : text;
}

/** Returns what a person types, without spaces around it; nothing where they leave. */
async function ask(io: Io, prompt: string): Promise<string> {
  if (io.stdin.isTTY !== true)
    throw new CommanderError(
      exitCodes.usage,
      'goodstanding.unconfirmed',
      `this asks first, and there is no terminal to ask at: pass --yes to do it (${prompt.trim()})`,
    );
  const reader = createInterface({ input: io.stdin, output: io.stderr });
  const said = await new Promise<string>((resolve) => {
    // Ctrl-C and Ctrl-D close the reader without an answer: that is a no.
    reader.once('close', () => resolve(''));
    reader.question(printable(prompt)).then(resolve, () => resolve(''));
  });
  reader.close();
  return said.trim();
}
