import { readRecipientIndex, readSesIndex } from '../../adapters/mail-index.ts';
import { readOutcome } from '../../adapters/outcome-lookup.ts';
import type { RecipientOutcome, RequestOutcome } from '../../contract/recipient-outcomes.ts';
import type { Backend } from './backend.ts';
import { inParallel } from './in-parallel.ts';

/** One mail to the recipient that was asked about. */
export type FoundMail = Pick<RecipientOutcome, 'index' | 'outcome' | 'reason' | 'sesMessageIds'> &
  Pick<RequestOutcome, 'messageId' | 'id' | 'tenant' | 'stream' | 'enqueuedAt'>;

/** Index items of one recipient that are looked at, the latest ones. */
export const foundMax = 100;

const parallel = 8;

/** What a person can switch on to find mail that way, and its price. */
export const indexHints = {
  recipient:
    'indexes.recipient: true in goodstanding.config.ts and a deploy make mail findable by its recipient, from then on (0.63 USD per million mails)',
  sesMessageId:
    "indexes.sesMessageId: true in goodstanding.config.ts and a deploy make mail findable by SES's message id, from then on (0.63 USD per million mails)",
  tenant:
    'indexes.tenant: true in goodstanding.config.ts and a deploy make mail findable by its tenant and a time, from then on (0.63 USD per million mails)',
} as const;

/**
 * Returns a recipient's latest mails with their outcomes, newest first, of one tenant or of every one;
 * `isCut` where there were more than `foundMax` to look at.
 */
export async function findByRecipient(
  { tables }: Backend,
  whom: { readonly recipientKey: string; readonly tenant?: string | undefined },
): Promise<{ readonly mails: readonly FoundMail[]; readonly isCut: boolean }> {
  const items = await readRecipientIndex(tables.ledger, whom.recipientKey, foundMax);
  // A mail that was sent again has an item for each attempt.
  const mails = new Map(
    items
      .filter(({ tenant }) => whom.tenant === undefined || tenant === whom.tenant)
      .map((item) => [`${item.messageId}|${item.recipientIndex}`, item]),
  );
  const found = await inParallel([...mails.values()], parallel, async (item) => {
    const request = await readOutcome(tables.ledger, item.messageId);
    const recipient = request?.recipients.find(({ index }) => index === item.recipientIndex);
    return request && recipient ? [foundMail(request, recipient)] : [];
  });
  return { mails: found.flat(), isCut: items.length === foundMax };
}

/** Returns the request whose mail SES gave this id, undefined where no index item says so. */
export async function findBySesMessageId(
  { tables }: Backend,
  sesMessageId: string,
): Promise<RequestOutcome | undefined> {
  const item = await readSesIndex(tables.ledger, sesMessageId);
  return item ? readOutcome(tables.ledger, item.messageId) : undefined;
}

function foundMail(request: RequestOutcome, recipient: RecipientOutcome): FoundMail {
  const { messageId, id, tenant, stream, enqueuedAt } = request;
  const { index, outcome, reason, sesMessageIds } = recipient;
  return {
    messageId,
    ...(id === undefined ? {} : { id }),
    ...(tenant === undefined ? {} : { tenant }),
    stream,
    enqueuedAt,
    index,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    sesMessageIds,
  };
}
