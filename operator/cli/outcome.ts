import type { Command } from 'commander';
import * as z from 'zod';
import { findOutcome } from '../../adapters/outcome-lookup.ts';
import type {
  RecipientFact,
  RecipientOutcome,
  RequestOutcome,
} from '../../contract/recipient-outcomes.ts';
import { isAddress, parseAddress, recipientKey } from '../../domain/address.ts';
import {
  type FoundMail,
  findByRecipient,
  findBySesMessageId,
  foundMax,
  indexHints,
} from '../actions/find-mail.ts';
import { exitCodes } from './io.ts';
import { type Run, type Session, usageError } from './session.ts';
import { noteStoppedStreams } from './stopped-streams.ts';
import type { Terminal } from './terminal.ts';
import { formatInstant } from './words.ts';

const outcomeOptions = z.object({
  tenant: z.string().optional(),
  recipient: z.string().optional(),
  sesMessageId: z.string().optional(),
});

/** Adds `outcome`. */
export function addOutcomeCommand(program: Command, run: Run): void {
  program
    .command('outcome')
    .summary('what became of a request, or of the mail to a recipient')
    .description(
      "What became of each recipient of a request. ID is the app's id or our message id (22 characters). SQS's message id finds only a body that could not be used, or whose id was taken by another request.\nAddresses are not stored: recipients are shown by their place in the request and their key.",
    )
    .argument('[id]', "the app's id, or our message id")
    .option(
      '--tenant <id>',
      "tenant that the app's id belongs to (default: default); with --recipient, only its mail",
    )
    .option('--recipient <address>', "a recipient's latest mails (needs indexes.recipient)")
    .option('--ses-message-id <id>', 'the mail that SES gave this id (needs indexes.sesMessageId)')
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding outcome order-4711\n  goodstanding outcome order-4711 --tenant acme --json\n  goodstanding outcome --recipient ada@example.com',
    )
    .action(async (id: string | undefined, _options: unknown, command: Command) => {
      const { tenant, recipient, sesMessageId } = outcomeOptions.parse(command.opts());
      const asked = [id, recipient, sesMessageId].filter((each) => each !== undefined);
      if (asked.length !== 1)
        throw usageError('outcome: give one of ID, --recipient and --ses-message-id');
      await run(command, async (session) => {
        await noteStoppedStreams(session);
        if (recipient !== undefined) return ofRecipient(session, recipient, tenant);
        if (sesMessageId !== undefined) return ofSesMessageId(session, sesMessageId);
        return ofId(session, id ?? '', tenant ?? 'default');
      });
    });
}

async function ofId({ backend, terminal }: Session, id: string, tenant: string): Promise<number> {
  const found = await findOutcome(backend.tables.ledger, { id, tenant });
  if (found) {
    terminal.answer(found, () => describeOutcome(found, terminal));
    return exitCodes.ok;
  }
  const problem = `nothing is known of ${id} for tenant ${tenant} in deployment ${backend.deployment}: it waits in the queue and is not taken up yet, was never enqueued, or is older than the ledger keeps${looksLikeQueueId(id) ? queueIdHint : ''}`;
  return nothing(terminal, problem);
}

async function ofSesMessageId(session: Session, sesMessageId: string): Promise<number> {
  const { backend, terminal } = session;
  const found = await findBySesMessageId(backend, sesMessageId);
  if (!found)
    return nothing(
      terminal,
      `no mail with SES's message id ${sesMessageId} is indexed in deployment ${backend.deployment}: SES never gave it to us, it is older than the ledger keeps, or the index was off: ${indexHints.sesMessageId}`,
    );
  terminal.answer(found, () => describeOutcome(found, terminal));
  return exitCodes.ok;
}

async function ofRecipient(
  session: Session,
  text: string,
  tenant: string | undefined,
): Promise<number> {
  const { backend, terminal } = session;
  const address = parseAddress(text);
  if (!isAddress(address))
    throw usageError(`--recipient: got ${text}; ${address.detail}; allowed is local@domain`);
  const key = recipientKey(address, await backend.recipientSecret());
  const { mails, isCut } = await findByRecipient(backend, { recipientKey: key, tenant });
  if (isCut) terminal.note(`there are more: only the latest ${foundMax} were looked at`);
  if (mails.length === 0)
    return nothing(
      terminal,
      `no mail to ${address.address}${tenant === undefined ? '' : ` of tenant ${tenant}`} is indexed in deployment ${backend.deployment}: there was none, it is older than the ledger keeps, or the index was off: ${indexHints.recipient}`,
    );
  terminal.answer(mails, () => describeMails(mails, terminal));
  return exitCodes.ok;
}

function nothing(terminal: Terminal, problem: string): number {
  terminal.answer({ error: problem }, () => problem);
  return exitCodes.nothing;
}

function describeMails(mails: readonly FoundMail[], terminal: Terminal): string {
  const head = ['enqueued', 'outcome', 'id', 'tenant', 'stream'];
  const rows = mails.map(({ enqueuedAt, outcome, reason, id, messageId, tenant, stream }) => [
    formatInstant(enqueuedAt),
    reason ? `${outcome} (${reason})` : outcome,
    id ?? messageId,
    tenant ?? '',
    stream,
  ]);
  return terminal.table(head, rows);
}

const queueIdHint =
  "; SQS's message id finds only a body that could not be used or whose id was taken, ask for others by the app's id";

function looksLikeQueueId(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

/** Returns the outcome of a request as people read it. */
export function describeOutcome(request: RequestOutcome, terminal: Terminal): string {
  const head = [
    `message ${request.messageId}, stream ${request.stream}, enqueued ${formatInstant(request.enqueuedAt)}`,
    ...(request.id
      ? [`id ${request.id}${request.tenant ? `, tenant ${request.tenant}` : ''}`]
      : []),
  ];
  return [
    ...head.map(terminal.wrap),
    ...request.recipients.map((each) => describeRecipient(each, terminal)),
  ].join('\n');
}

function describeRecipient(recipient: RecipientOutcome, terminal: Terminal): string {
  const { index, recipientKey, outcome, reason, explanation, facts, sesMessageIds } = recipient;
  const title = terminal.strong(`recipient ${index}: ${outcome}${reason ? ` (${reason})` : ''}`);
  return [
    '',
    `${title}${recipientKey ? `  key ${recipientKey}` : ''}`,
    ...(explanation ? [terminal.wrap(`  ${explanation}`)] : []),
    // As a cell of the table, an id of sixty characters would leave no room for the rest.
    ...sesMessageIds.map((id) => `  SES ${id}`),
    ...(facts.length === 0
      ? ['  not taken up yet']
      : [terminal.table(factHead, facts.map(factRow))]),
  ].join('\n');
}

const factHead = ['time', 'what', 'details'];

function factRow(fact: RecipientFact): readonly string[] {
  const details = [
    fact.reason,
    fact.type,
    fact.status,
    fact.detail,
    fact.diagnostic,
    fact.pool ? `pool ${fact.pool}` : undefined,
  ].filter((text) => text !== undefined);
  const what =
    fact.outcome && fact.outcome !== fact.what ? `${fact.what} → ${fact.outcome}` : fact.what;
  return [formatInstant(fact.at), what, [...new Set(details)].join('; ')];
}
