import { createCountedReads } from '../../adapters/counted-reads.ts';
import { sesIndexItem } from '../../contract/index-items.ts';
import { messageIdsFor } from '../../contract/recipient-outcomes.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { isAddress, parseAddress, recipientKey } from '../../domain/address.ts';
import type { MailTrace } from '../../domain/trace/model.ts';
import { tellTrace } from '../../domain/trace/time-line.ts';
import type { Backend } from './backend.ts';
import { indexHints } from './find-mail.ts';
import { gatherMaterial } from './trace-material.ts';
import {
  type Answered,
  type TraceAnswer,
  type TraceHand,
  type TraceQuestion,
  traceItemsMax,
} from './trace-question.ts';
import { searchRecipient, searchTenant } from './trace-search.ts';

/**
 * Returns the time line of the mail that a question means, or the mails it may mean, from at most `itemsMax`
 * items of the tables. Changes nothing.
 */
export async function traceMail(backend: Backend, question: TraceQuestion): Promise<TraceAnswer> {
  const reads = createCountedReads(question.itemsMax ?? traceItemsMax);
  const answered = await answer({ backend, reads }, question);
  const { items, calls } = reads.counts();
  return { ...answered, itemsRead: items, calls };
}

function answer(hand: TraceHand, question: TraceQuestion): Promise<Answered> {
  switch (question.ask) {
    case 'id':
      return byId(hand, question);
    case 'ses-message-id':
      return bySesMessageId(hand, question.sesMessageId);
    case 'recipient':
      return byRecipient(hand, question);
    case 'tenant':
      return searchTenant(hand, question);
  }
}

async function byId(
  hand: TraceHand,
  { id, tenant = 'default', recipientIndex }: Extract<TraceQuestion, { readonly ask: 'id' }>,
): Promise<Answered> {
  for (const messageId of messageIdsFor(id, tenant)) {
    const trace = await traceOne(hand, messageId, recipientIndex);
    if (trace) return { trace, mails: [], remarks: [] };
  }
  return nothing(
    `nothing is known of ${id} for tenant ${tenant} in deployment ${hand.backend.deployment}: it waits in the queue and is not taken up yet, was never enqueued, or is older than the ledger keeps`,
  );
}

async function bySesMessageId(hand: TraceHand, sesMessageId: string): Promise<Answered> {
  const { backend, reads } = hand;
  const raw = await reads.get(backend.tables.ledger, ledgerKeys.sesIndex(sesMessageId));
  const item = raw && sesIndexItem.parse(raw);
  const trace = item && (await traceOne(hand, item.messageId, item.recipientIndex));
  if (trace) return { trace, mails: [], remarks: [] };
  return nothing(
    `no mail with SES's message id ${sesMessageId} is indexed in deployment ${backend.deployment}: SES never gave it to us, it is older than the ledger keeps, or the index was off: ${indexHints.sesMessageId}`,
  );
}

async function byRecipient(
  hand: TraceHand,
  { address: text, tenant }: Extract<TraceQuestion, { readonly ask: 'recipient' }>,
): Promise<Answered> {
  const { backend } = hand;
  const address = parseAddress(text);
  if (!isAddress(address))
    return nothing(`recipient: got ${text}; ${address.detail}; allowed is local@domain`);
  const key = recipientKey(address, await backend.recipientSecret());
  const { mails, isCut } = await searchRecipient(hand, key, tenant);
  const [latest] = mails;
  const trace = latest && (await traceOne(hand, latest.messageId, latest.recipientIndex));
  if (!latest)
    return nothing(
      `no mail to ${address.address}${tenant === undefined ? '' : ` of tenant ${tenant}`} is indexed in deployment ${backend.deployment}: there was none, it is older than the ledger keeps, or the index was off: ${indexHints.recipient}`,
    );
  return {
    ...(trace ? { trace } : {}),
    mails,
    remarks: [
      ...(trace ? [] : ['the latest mail is in the index, and the ledger has forgotten it']),
      ...(isCut ? [`only the latest ${mails.length} mails were looked at`] : []),
    ],
  };
}

async function traceOne(
  hand: TraceHand,
  messageId: string,
  recipientIndex?: number,
): Promise<MailTrace | undefined> {
  const material = await gatherMaterial(hand, messageId, recipientIndex);
  return material && tellTrace(material);
}

function nothing(problem: string): Answered {
  return { mails: [], remarks: [], problem };
}
