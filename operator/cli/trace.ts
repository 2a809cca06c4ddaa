import type { Command } from 'commander';
import * as z from 'zod';
import { isAddress, parseAddress } from '../../domain/address.ts';
import { outcomes } from '../../domain/reasons.ts';
import { epochMs, minuteMs } from '../../domain/time.ts';
import { traceMail } from '../actions/trace.ts';
import { type TraceAnswer, type TraceQuestion, traceItemsMax } from '../actions/trace-question.ts';
import { exitCodes } from './io.ts';
import { wholeNumber } from './options.ts';
import { readDuration } from './rotation-command.ts';
import { type Run, type Session, usageError } from './session.ts';
import { describeTrace } from './time-line.ts';
import { counted, formatInstant } from './words.ts';

const traceOptions = z.object({
  tenant: z.string().optional(),
  index: z.number().optional(),
  recipient: z.string().optional(),
  sesMessageId: z.string().optional(),
  since: z.string().optional(),
  until: z.string().optional(),
  stream: z.string().optional(),
  outcome: z.string().optional(),
  from: z.string().optional(),
  items: z.number().optional(),
});
type TraceOptions = z.output<typeof traceOptions>;

/** How far back mail is looked for unless somebody says. */
const sinceDefaultMs = 10 * minuteMs;

/** A batch has at most fifty recipients. */
const indexMax = 49;

/** Adds `trace`. */
export function addTraceCommand(program: Command, run: Run): void {
  program
    .command('trace')
    .summary('one time line of a mail: what happened to it, and why')
    .description(
      "One time line of a mail: gate, pool and why that one, SES's answer, every event, holds, rescue, suppression, and the decisions behind them. By the app's id or our message id, by SES's message id or the recipient (each needs its index), or the mails of a time, a tenant's or everybody's.",
    )
    .argument('[id]', "the app's id, or our message id (22 characters)")
    .option(
      '--tenant <id>',
      "tenant of the app's id (default: default); with --recipient, only its mail; alone, its mails",
    )
    .option(
      '--index <number>',
      'one recipient of a batch, counted from 0',
      wholeNumber(0, indexMax),
    )
    .option('--recipient <address>', "a recipient's latest mail (needs indexes.recipient)")
    .option('--ses-message-id <id>', 'the mail that SES gave this id (needs indexes.sesMessageId)')
    .option('--since <when>', 'mails since: 30m, 2d, or an instant (default: 10m)')
    .option('--until <when>', 'and until: 5m ago, or an instant (default: now)')
    .option('--stream <stream>', "only this stream's mail")
    .option('--outcome <outcome>', `only mail that is ${outcomes.join(', ')}`)
    .option('--from <cursor>', 'go on where the answer before stopped')
    .option(
      '--items <count>',
      `how many items of the tables may be read (default: ${traceItemsMax})`,
      wholeNumber(traceItemsMax, 10_000),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding trace order-4711 --tenant acme\n  goodstanding trace --recipient ada@example.com\n  goodstanding trace --tenant acme --since 30m --outcome bounced\n  goodstanding trace --since 5m',
    )
    .action(async (id: string | undefined, _options: unknown, command: Command) => {
      const question = questionOf(id, traceOptions.parse(command.opts()));
      await run(command, (session) => trace(session, question));
    });
}

async function trace(session: Session, question: TraceQuestion): Promise<number> {
  const { backend, terminal } = session;
  const answer = await traceMail(backend, question);
  terminal.answer(answer, () => describe(answer, session, question));
  return answer.problem === undefined && (answer.trace || answer.mails.length > 0)
    ? exitCodes.ok
    : exitCodes.nothing;
}

function questionOf(id: string | undefined, options: TraceOptions): TraceQuestion {
  const { tenant, recipient, sesMessageId, items } = options;
  const most = items === undefined ? {} : { itemsMax: items };
  const named = [id, recipient, sesMessageId].filter((each) => each !== undefined);
  const isOfTime = tenant !== undefined || options.since !== undefined;
  if (named.length > 1 || (named.length === 0 && !isOfTime))
    throw usageError(
      'trace: give one of ID, --ses-message-id and --recipient, or --tenant, --since or both',
    );
  if (id !== undefined)
    return {
      ...{ ask: 'id', id, ...most },
      ...(tenant === undefined ? {} : { tenant }),
      ...(options.index === undefined ? {} : { recipientIndex: options.index }),
    };
  if (sesMessageId !== undefined) return { ask: 'ses-message-id', sesMessageId, ...most };
  if (recipient === undefined) return { ...tenantQuestion(options), ...most };
  const address = parseAddress(recipient);
  if (!isAddress(address))
    throw usageError(`--recipient: got ${recipient}; ${address.detail}; allowed is local@domain`);
  return {
    ...{ ask: 'recipient', address: recipient, ...most },
    ...(tenant === undefined ? {} : { tenant }),
  };
}

function tenantQuestion(options: TraceOptions): TraceQuestion {
  const { tenant, stream, outcome, from } = options;
  if (outcome !== undefined && !outcomes.some((name) => name === outcome))
    throw usageError(`--outcome: got ${outcome}; allowed are ${outcomes.join(', ')}`);
  const now = Date.now();
  const until = readWhen(options.until ?? '0m', '--until', now);
  const since =
    options.since === undefined ? until - sinceDefaultMs : readWhen(options.since, '--since', now);
  if (since >= until) throw usageError('--since: allowed is an instant before --until');
  return {
    ...{ ask: 'tenant', since: epochMs(since), until: epochMs(until) },
    ...(tenant === undefined ? {} : { tenant }),
    ...(stream === undefined ? {} : { stream }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(from === undefined ? {} : { from }),
  };
}

/** Reads an instant, or how long ago it was. */
function readWhen(text: string, option: string, now: number): number {
  if (text === '0m') return now;
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const instant = Date.parse(text);
    if (!Number.isNaN(instant)) return instant;
  }
  return now - readDuration(text.replace(/ ago$/, ''), option);
}

function describe(
  { trace: found, mails, remarks, problem, next, itemsRead }: TraceAnswer,
  { terminal }: Session,
  question: TraceQuestion,
): string {
  if (problem !== undefined) return terminal.wrap(problem);
  return [
    ...(found ? [describeTrace(found, terminal, Date.now())] : []),
    ...(mails.length > (found ? 1 : 0)
      ? [...(found ? ['', 'its latest mails'] : []), tableOf(mails, question, terminal)]
      : []),
    ...(mails.length === 0 && !found ? ['no such mail was found in what was looked through'] : []),
    ...remarks.map(terminal.wrap),
    ...(next === undefined ? [] : ['older:', `  ${older(question, next)}`]),
    `read ${counted(itemsRead, 'item')}`,
  ].join('\n');
}

function tableOf(
  mails: TraceAnswer['mails'],
  question: TraceQuestion,
  terminal: Session['terminal'],
): string {
  // Whose mail it is needs no column where the question said so.
  const isOfAll = question.ask === 'tenant' && question.tenant === undefined;
  const rows = alikeIn(mails).map(({ mail, indexes }) => {
    const { at, messageId, pool, provider, tenant } = mail;
    const [first = 0] = indexes;
    return [
      formatInstant(at),
      first === 0 || indexes.length > 1 ? messageId : `${messageId} --index ${first}`,
      `${becameOf(mail)}${indexes.length === 1 ? '' : `, ${indexes.length} recipients`}`,
      [pool, provider].filter((name) => name !== undefined).join(' to '),
      ...(isOfAll ? [tenant] : []),
    ];
  });
  return terminal.table(
    ['when', 'message', 'outcome', 'way', ...(isOfAll ? ['tenant'] : [])],
    rows,
  );
}

type Mail = TraceAnswer['mails'][number];

/** Recipients of a batch that fared alike are one row, or fifty lines would say the same. */
function alikeIn(
  mails: readonly Mail[],
): readonly { readonly mail: Mail; readonly indexes: readonly number[] }[] {
  const alike = Map.groupBy(mails, (mail) =>
    JSON.stringify([mail.messageId, becameOf(mail), mail.pool, mail.provider, mail.tenant]),
  );
  return [...alike.values()].flatMap((group) => {
    const [mail] = group;
    return mail === undefined
      ? []
      : [{ mail, indexes: group.map(({ recipientIndex }) => recipientIndex) }];
  });
}

function becameOf({ outcome, sesMessageId, reason }: Mail): string {
  const became = outcome ?? (sesMessageId === undefined ? 'not sent' : 'handed to SES');
  return `${became}${reason ? ` (${reason})` : ''}`;
}

/** The same question again, from where this answer stopped. */
function older(question: TraceQuestion, next: string): string {
  if (question.ask !== 'tenant') return next;
  const { tenant, since, until, stream, outcome } = question;
  return [
    tenant === undefined ? 'goodstanding trace' : `goodstanding trace --tenant ${tenant}`,
    `--since ${new Date(since).toISOString()} --until ${new Date(until).toISOString()}`,
    ...(stream === undefined ? [] : [`--stream ${stream}`]),
    ...(outcome === undefined ? [] : [`--outcome ${outcome}`]),
    `--from '${next}'`,
  ].join(' ');
}
