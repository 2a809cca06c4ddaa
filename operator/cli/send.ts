import { accessSync, constants, createReadStream, readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { listStreams, readTenant } from '../../adapters/tenant-directory.ts';
import { createClient } from '../../client/client.ts';
import { composeRequests, type DraftRequest } from '../actions/compose-requests.ts';
import { countLines, readRequestLines } from '../actions/request-lines.ts';
import { sendDrafts } from '../actions/send-drafts.ts';
import { exitCodes } from './io.ts';
import { knownStream } from './known-streams.ts';
import { collect } from './options.ts';
import { refuseConflicts, type SendOptions, sendOptions } from './send-options.ts';
import { reportSent } from './sent.ts';
import { type Run, type Session, usageError } from './session.ts';

const waitDefaultSeconds = 30;
const countedBytesMax = 64_000_000;
/** Adds `send`. */
export function addSendCommand(program: Command, run: Run): void {
  program
    .command('send')
    .summary('enqueue a mail, or a file of requests')
    .description(
      'Enqueue a mail (several --to make batches of up to 50), or a file with one request a line.',
    )
    .option('--to <address>', 'recipient; repeatable', collect)
    .option(
      '--from <address>',
      'sender, such as "News <news@example.com>" (default: hello@ the domain that the tenant owns first)',
    )
    .option('--subject <text>')
    .option('--text <text>', 'plain text body')
    .option('--html <html>', 'HTML body')
    .option('--raw <file>', 'a whole RFC 5322 message instead')
    .option('--template <name>', 'a template stored in SES instead')
    .option('--data <json>', 'values for the template')
    .option('--attach <file>', 'attachment; repeatable', collect)
    .option('--header <name: value>', 'further header; repeatable', collect)
    .option('--tag <name=value>', 'carried in every SES event; repeatable', collect)
    .option('--id <id>', 'your id: the same id is sent once (default: random)')
    .option('--stream <stream>', 'stream (default: transactional, or the only one)')
    .option('--tenant <id>', 'on whose behalf (default: default)')
    .option('--send-at <instant>', 'not before, at most 365 days ahead')
    .option('--expires-at <instant>', 'not after: a mail that is late is dropped as expired')
    .option('--file <file>', 'requests, one JSON object a line; - for stdin')
    .option(
      '--wait [seconds]',
      `wait for the outcome (default: ${waitDefaultSeconds} s) and print it`,
    )
    .addHelpText(
      'after',
      `
Examples:
  goodstanding send --to ada@example.com --subject Hi --text Hello --wait
  goodstanding send --to ada@example.com --template news --data '{"n":1}'
  goodstanding send --file requests.jsonl

With --wait the exit code is 0 when every recipient is accepted or delivered (or
its mail waits for its sendAt), 1 when none is, 4 when some are.`,
    )
    .action((_options: unknown, command: Command) =>
      run(command, (session) => send(session, sendOptions.parse(command.opts()))),
    );
}

async function send(session: Session, options: SendOptions): Promise<number> {
  const waitSeconds = waitOf(options);
  refuseConflicts(options);
  const { backend, terminal } = session;
  const { target } = backend;
  const source = options.file
    ? fileSource(session, options.file)
    : { total: undefined, drafts: await composed(session, options) };
  const client = createClient({ ...target, deployment: backend.deployment });
  const bar = session.progress('enqueueing', source.total);
  const sent = await sendDrafts(client, source.drafts, ({ accepted, notAccepted }) =>
    bar.to(accepted + notAccepted),
  ).finally(() => {
    bar.end();
    client.close();
  });
  if (sent.accepted.length + sent.notAccepted.length === 0) {
    const problem = `${options.file === '-' ? 'stdin' : options.file} holds no request: nothing was sent`;
    terminal.answer({ error: problem }, () => problem);
    return exitCodes.nothing;
  }
  return reportSent(session, sent, waitSeconds);
}

function fileSource({ io }: Session, file: string) {
  if (file === '-') return { total: undefined, drafts: readRequestLines(io.stdin) };
  // A stream would tell of a file that cannot be read when nobody listens yet.
  accessSync(file, constants.R_OK);
  if (statSync(file).isDirectory())
    throw usageError(`--file: got ${file}, which is a folder; name a file`);
  return { total: linesOf(file), drafts: readRequestLines(createReadStream(file)) };
}

/** Counting lines is for the progress bar alone; a large file is not read twice for it. */
function linesOf(file: string): number | undefined {
  return statSync(file).size > countedBytesMax ? undefined : countLines(readFileSync(file));
}

async function composed(
  session: Session,
  options: SendOptions,
): Promise<readonly { readonly draft: DraftRequest }[]> {
  const { to, from, data, ...rest } = options;
  if (to.length === 0)
    throw usageError('--to: got none; name a recipient, or a file of requests with --file');
  const kinds = [options.raw, options.template, options.text ?? options.html].filter(
    (kind) => kind !== undefined,
  );
  if (kinds.length !== 1)
    throw usageError('content: give exactly one of --text and/or --html, --raw, or --template');
  const stream =
    options.stream === undefined
      ? defaultStream(await listStreams(session.backend.tables.directory))
      : await knownStream(session, options.stream);
  return composeRequests({
    ...rest,
    to,
    from: from ?? (await defaultFrom(session, options.tenant ?? 'default')),
    stream,
    ...(data === undefined ? {} : { data: jsonOf(data) }),
  }).map((draft) => ({ draft }));
}

/** Without --from the mail comes from what the tenant owns first, so that a first mail needs no thought. */
async function defaultFrom({ backend, terminal }: Session, tenant: string): Promise<string> {
  const found = await readTenant(backend.tables.directory, tenant);
  if (!found)
    throw usageError(
      `--tenant: got ${tenant}, which is not there; name one of goodstanding tenants list, or add it with goodstanding tenants add`,
    );
  const [owned] = found.fromOwned;
  if (!owned)
    throw usageError('--from: got none; name the sender, an address that the tenant owns');
  const from = owned.includes('@') ? owned : `hello@${owned}`;
  terminal.note(`from ${from}`);
  return from;
}

function defaultStream(streams: readonly string[]): string {
  const [only] = streams;
  if (streams.includes('transactional')) return 'transactional';
  if (only && streams.length === 1) return only;
  throw usageError(
    `--stream: got none; allowed are ${streams.join(', ') || 'none yet: deploy first'}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(
      `--data: got ${text.slice(0, 40)}; allowed is a JSON object such as {"name":"Ada"}`,
    );
  }
}

function waitOf({ wait }: SendOptions): number | undefined {
  if (wait === undefined) return undefined;
  if (wait === true) return waitDefaultSeconds;
  const seconds = Number(wait);
  if (!Number.isFinite(seconds) || seconds < 0)
    throw usageError(`--wait: got ${wait}; allowed is a number of seconds`);
  return seconds;
}
