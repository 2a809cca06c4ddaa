import type { Command } from 'commander';
import * as z from 'zod';
import { findOutcome } from '../../adapters/outcome-lookup.ts';
import type {
  RecipientFact,
  RecipientOutcome,
  RequestOutcome,
} from '../../contract/recipient-outcomes.ts';
import { exitCodes } from './io.ts';
import type { Run } from './session.ts';
import type { Terminal } from './terminal.ts';
import { formatInstant } from './words.ts';

const outcomeOptions = z.object({ tenant: z.string().default('default') });

/** Adds `outcome ID`. */
export function addOutcomeCommand(program: Command, run: Run): void {
  program
    .command('outcome')
    .summary('what became of a request')
    .description(
      "What became of each recipient of a request. ID is the app's id or our message id (22 characters). SQS's message id finds only a body that could not be used, or whose id was taken by another request.\nAddresses are not stored: recipients are shown by their place in the request and their key.",
    )
    .argument('<id>', "the app's id, or our message id")
    .option('--tenant <id>', "tenant that the app's id belongs to (default: default)")
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding outcome order-4711\n  goodstanding outcome order-4711 --tenant acme --json',
    )
    .action(async (id: string, _options: unknown, command: Command) => {
      const { tenant } = outcomeOptions.parse(command.opts());
      await run(command, async ({ backend, terminal }) => {
        const found = await findOutcome(backend.tables.ledger, { id, tenant });
        if (found) {
          terminal.answer(found, () => describeOutcome(found, terminal));
          return exitCodes.ok;
        }
        const problem = `nothing is known of ${id} for tenant ${tenant} in deployment ${backend.deployment}: it was not enqueued, not taken up yet, or is older than the ledger keeps${looksLikeQueueId(id) ? queueIdHint : ''}`;
        terminal.answer({ error: problem }, () => problem);
        return exitCodes.nothing;
      });
    });
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
  return [...head, ...request.recipients.map((each) => describeRecipient(each, terminal))].join(
    '\n',
  );
}

function describeRecipient(recipient: RecipientOutcome, terminal: Terminal): string {
  const { index, recipientKey, outcome, reason, explanation, facts } = recipient;
  const title = terminal.strong(`recipient ${index}: ${outcome}${reason ? ` (${reason})` : ''}`);
  return [
    '',
    `${title}${recipientKey ? `  key ${recipientKey}` : ''}`,
    ...(explanation ? [`  ${explanation}`] : []),
    ...(facts.length === 0 ? ['  not taken up yet'] : [terminal.table(factHead, factRows(facts))]),
  ].join('\n');
}

const factHead = ['time', 'what', 'details'];

/** An SES message id is long and stands in every fact of an attempt; once is enough. */
function factRows(facts: readonly RecipientFact[]): readonly (readonly string[])[] {
  const told = new Set<string>();
  return facts.map((fact) => {
    const { sesMessageId } = fact;
    const isNew = sesMessageId !== undefined && !told.has(sesMessageId);
    if (isNew) told.add(sesMessageId);
    return factRow(fact, isNew ? [`SES ${sesMessageId}`] : []);
  });
}

function factRow(fact: RecipientFact, sesMessageId: readonly string[]): readonly string[] {
  const details = [
    fact.reason,
    fact.type,
    fact.status,
    fact.detail,
    fact.diagnostic,
    fact.pool ? `pool ${fact.pool}` : undefined,
    ...sesMessageId,
  ].filter((text) => text !== undefined);
  const what =
    fact.outcome && fact.outcome !== fact.what ? `${fact.what} → ${fact.outcome}` : fact.what;
  return [formatInstant(fact.at), what, [...new Set(details)].join('; ')];
}
