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

/** How far back a tenant's mail is looked for unless somebody says. */
const sinceDefaultMs = 10 * minuteMs;

/** A batch has at most fifty recipients. */
const indexMax = 49;

/** Adds `trace`. */
export function addTraceCommand(program: Command, run: Run): void {
  program
    .command('trace')
    .summary('one time line of a mail: what happened to it, and why')
    .description(
      "One time line of a mail: gate, pool and why that one, SES's answer, every event, holds, rescue, suppression, and the decisions behind them. By the app's id or our message id, by SES's message id or the recipient (each needs its index), or a tenant's mails of a time.",
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
    .option('--since <when>', "a tenant's mails since: 30m, 2d, or an instant (default: 10m)")
    .option('--until <when>', 'and until: 5m ago, or an instant (default: now)')
    .option('--stream <stream>', "only this stream's mail of the tenant")
    .option('--outcome <outcome>', `only mail that is ${outcomes.join(', ')}`)
    .option('--from <cursor>', 'go on where the answer before stopped')
    .option(
      '--items <count>',
      `how many items of the tables may be read (default: ${traceItemsMax})`,
      wholeNumber(traceItemsMax, 10_000),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding trace order-4711 --tenant acme\n  goodstanding trace --recipient ada@example.com\n  goodstanding trace --tenant acme --since 30m --outcome bounced',
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
  if (named.length > 1 || (named.length === 0 && tenant === undefined))
    throw usageError('trace: give one of ID, --ses-message-id, --recipient and --tenant');
  if (id !== undefined)
    return {
      ...{ ask: 'id', id, ...most },
      ...(tenant === undefined ? {} : { tenant }),
      ...(options.index === undefined ? {} : { recipientIndex: options.index }),
    };
  if (sesMessageId !== undefined) return { ask: 'ses-message-id', sesMessageId, ...most };
  if (recipient === undefined) return { ...tenantQuestion(tenant ?? '', options), ...most };
  const address = parseAddress(recipient);
  if (!isAddress(address))
    throw usageError(`--recipient: got ${recipient}; ${address.detail}; allowed is local@domain`);
  return {
    ...{ ask: 'recipient', address: recipient, ...most },
    ...(tenant === undefined ? {} : { tenant }),
  };
}

function tenantQuestion(tenant: string, options: TraceOptions): TraceQuestion {
  const { stream, outcome, from } = options;
  if (outcome !== undefined && !outcomes.some((name) => name === outcome))
    throw usageError(`--outcome: got ${outcome}; allowed are ${outcomes.join(', ')}`);
  const now = Date.now();
  const until = readWhen(options.until ?? '0m', '--until', now);
  const since =
    options.since === undefined ? until - sinceDefaultMs : readWhen(options.since, '--since', now);
  if (since >= until) throw usageError('--since: allowed is an instant before --until');
  return {
    ...{ ask: 'tenant', tenant, since: epochMs(since), until: epochMs(until) },
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
  if (problem !== undefined) return problem;
  return [
    ...(found ? [describeTrace(found, terminal, Date.now())] : []),
    ...(mails.length > (found ? 1 : 0)
      ? [...(found ? ['', 'its latest mails'] : []), tableOf(mails, terminal)]
      : []),
    ...(mails.length === 0 && !found ? ['no mail of this tenant and time was found'] : []),
    ...remarks,
    ...(next === undefined ? [] : [`older: ${older(question, next)}`]),
    `read ${counted(itemsRead, 'item')}`,
  ].join('\n');
}

function tableOf(mails: TraceAnswer['mails'], terminal: Session['terminal']): string {
  return terminal.table(
    ['when', 'message', 'outcome', 'way'],
    mails.map(
      ({ at, messageId, recipientIndex, outcome, reason, sesMessageId, pool, provider }) => [
        formatInstant(at),
        recipientIndex === 0 ? messageId : `${messageId} --index ${recipientIndex}`,
        `${outcome ?? (sesMessageId === undefined ? 'not sent' : 'handed to SES')}${reason ? ` (${reason})` : ''}`,
        [pool, provider].filter((name) => name !== undefined).join(' to '),
      ],
    ),
  );
}

/** The same question again, from where this answer stopped. */
function older(question: TraceQuestion, next: string): string {
  if (question.ask !== 'tenant') return next;
  const { tenant, since, until, stream, outcome } = question;
  return [
    `goodstanding trace --tenant ${tenant}`,
    `--since ${new Date(since).toISOString()} --until ${new Date(until).toISOString()}`,
    ...(stream === undefined ? [] : [`--stream ${stream}`]),
    ...(outcome === undefined ? [] : [`--outcome ${outcome}`]),
    `--from '${next}'`,
  ].join(' ');
}
