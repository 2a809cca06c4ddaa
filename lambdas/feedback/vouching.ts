/** Whose word a failure is: what a known provider said to SES, or what anybody may have written. */
import type { NewFailure } from '../../adapters/failure-store.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import type { FeedbackMeaning } from '../../domain/feedback.ts';
import { mailboxDigest } from '../../domain/mailbox-digest.ts';
import { consumerProviderOf, speaksFor } from '../../domain/provider.ts';
import type { Place } from './place-of.ts';
import { type Report, readAddress } from './read-event.ts';

/** What vouching asks of the world. */
export type VouchPorts = {
  /** Returns whether SES handed a mail over, by its Delivery event; false also where a stream records none. */
  readonly wasDelivered: (mail: HandedOver) => Promise<boolean>;
};

/** One mail of SES to one recipient of a message. */
export type HandedOver = {
  readonly messageId: string;
  readonly recipientIndex: number;
  readonly sesMessageId: string;
};

type Heard = Pick<NewFailure, 'signal'> & {
  readonly classified: FeedbackMeaning['classified'];
  readonly place: Pick<Place, 'origin'>;
};

/**
 * Returns whether a known provider said it to SES: its own token in the reply, its own servers behind the
 * recipient's domain, and a refusal that SES met itself. A provider that took the mail did not block it: who
 * says so by a later notification may be anybody, because the address for these stands in every mail. A
 * complaint comes through the provider's own loop.
 */
export async function isVouched(
  report: Report,
  { signal, classified, place }: Heard,
  { wasDelivered }: VouchPorts,
): Promise<boolean> {
  if (signal === 'complaint') return true;
  const { provider: speaker } = classified ?? {};
  if (!report.bySes || speaker === undefined || !speaksFor(speaker, place.origin.provider))
    return false;
  return signal !== 'block' || !(await wasDelivered(handedOver(report)));
}

function handedOver({ message, sesMessageId }: Report): HandedOver {
  const { messageId, recipientIndex } = message ?? {
    messageId: ledgerKeys.untagged(sesMessageId),
    recipientIndex: 0,
  };
  return { messageId, recipientIndex, sesMessageId };
}

/** Returns whose mailbox speaks, and whether its provider is known by DNS alone; nothing where there is no address. */
export function voiceOf(
  { address = '' }: Pick<Report, 'address'>,
  secret: string,
): Pick<NewFailure, 'mailbox' | 'hosted'> {
  const known = readAddress(address);
  if (!known) return {};
  return {
    mailbox: mailboxDigest(known, secret),
    ...(consumerProviderOf(known.domain) === undefined ? { hosted: true } : {}),
  };
}
