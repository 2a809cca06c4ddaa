import { setTimeout as pause } from 'node:timers/promises';
import { createDynamo, localTarget } from '../../adapters/clients.ts';
import type { Table } from '../../adapters/items.ts';
import { readOutcome } from '../../adapters/outcome-lookup.ts';
import { namesOf } from '../../contract/names.ts';
import type { RequestOutcome } from '../../contract/recipient-outcomes.ts';
import { messageIdOfQueueMessage } from '../../domain/message-id.ts';
import { enqueue, type QueuedRequest } from '../start/enqueue.ts';
import { expectRequests } from '../start/expected.ts';
import type { Synthesized } from './assembly.ts';
import { badInputs } from './bad-inputs.ts';
import { withRuntime } from './run-local.ts';
import { type Section, table } from './section.ts';

const lookMs = 100;

/** What became of one row of bad input. */
type Told = { readonly title: string; readonly outcome: string; readonly reason: string };

/** Puts every bad input into one queue, each between good mails, and tells what became of all. */
export async function measureBadRequests(made: Synthesized): Promise<Section> {
  const { config } = made;
  const [stream = ''] = Object.keys(config.streams);
  const from = `hello@${config.sendingDomains[0]?.domain}`;
  const bad = badInputs(from, stream);
  const good = bad.map((_, index) => goodBody(index, from, stream));
  const { told, harmed } = await withRuntime(made, async ({ runtime }) => {
    const dynamo = createDynamo(localTarget(runtime.endpointUrl));
    const ledger = { dynamo, name: namesOf(config.deployment).tables.ledger };
    const bodies = bad.flatMap(({ body }, index) => [body, good[index] ?? '']);
    const queued = await enqueue(expectRequests(bodies, [stream]), {
      deployment: config.deployment,
      endpoint: runtime.endpointUrl,
    });
    while (!(await runtime.idle())) await pause(lookMs);
    const found = await Promise.all(queued.map((one) => findOutcome(one, ledger)));
    dynamo.destroy();
    const outcomes = found.map((one) => one?.recipients[0]);
    return {
      told: bad.map(({ title }, index): Told => {
        const { outcome = 'none', reason = '' } = outcomes[index * 2] ?? {};
        return { title, outcome, reason };
      }),
      harmed: outcomes.filter((one, index) => index % 2 === 1 && one?.outcome !== 'delivered'),
    };
  });
  const unnamed = told.filter(({ outcome, reason }) => outcome !== 'delivered' && reason === '');
  return {
    title: 'Bad input',
    method:
      'Each row is put into one intake queue between two good mails; the outcome and reason are what stands in the ledger.',
    promises: [
      {
        promise: 'every bad request has a named reason',
        measured: `${told.length - unnamed.length} of ${told.length}`,
        kept: unnamed.length === 0,
      },
      {
        promise: 'nothing else in the batch is harmed',
        measured: `${good.length - harmed.length} of ${good.length} good mails delivered`,
        kept: harmed.length === 0,
      },
    ],
    body: table(
      ['input', 'outcome', 'reason'],
      told.map(({ title, outcome, reason }) => [title, outcome, reason]),
    ),
    data: { told, goodMails: good.length, harmed: harmed.length },
  };
}

function goodBody(index: number, from: string, stream: string): string {
  return JSON.stringify({
    version: 1,
    kind: 'message',
    id: `good-${index}`,
    stream,
    from,
    to: `success+good-${index}@simulator.amazonses.com`,
    content: { subject: 'Good', text: 'Good.' },
  });
}

/** A body that could not be used stands under SQS's message id where its own id was taken. */
async function findOutcome(
  { messageId, queueMessageId = '' }: QueuedRequest,
  ledger: Table,
): Promise<RequestOutcome | undefined> {
  const byQueue = await readOutcome(ledger, messageIdOfQueueMessage(queueMessageId));
  return byQueue ?? (messageId === undefined ? undefined : readOutcome(ledger, messageId));
}
