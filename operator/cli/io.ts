/** What a terminal offers; tests hand in their own. */
export type Io = {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Folder of the clone or package that this CLI belongs to. */
  readonly cloneRoot: string;
  /** How long dispatch may still take a released tenant for held, milliseconds; tests have no dispatch. */
  readonly settleMs?: number;
  /** How long one part of the status may take, milliseconds; tests share their machine and give it more. */
  readonly statusPartMs?: number;
};

export type Sink = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Exit codes, as `--help` documents them. */
export const exitCodes = {
  ok: 0,
  nothing: 1,
  usage: 2,
  aws: 3,
  partly: 4,
  look: 5,
  stopped: 6,
} as const;

export const exitCodesHelp = `Exit codes:
  0  done
  1  not found, or nothing to do
  2  wrong usage
  3  AWS (or the local runtime) refused or was unreachable, or an unexpected
     failure
  4  partly done
  5  status, queue stuck: something needs a look
  6  status: mail is not leaving`;

/** Tells whether a stream takes colours: a terminal, and NO_COLOR is not set. */
export function takesColour(sink: Sink, env: Io['env']): boolean {
  return sink.isTTY === true && !env['NO_COLOR'];
}

/** Returns how many columns the environment asks for with COLUMNS, undefined when it does not. */
export function columnsOf(env: Io['env']): number | undefined {
  const columns = Number(env['COLUMNS']);
  return Number.isInteger(columns) && columns > 0 ? columns : undefined;
}
