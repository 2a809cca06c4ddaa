import { withoutAddresses } from '../../adapters/without-addresses.ts';
import type { EventItem } from '../../contract/items.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import type { FeedbackMeaning } from '../../domain/feedback.ts';
import type { Report } from './read-event.ts';

/**
 * What others write is cut, in bytes of UTF-8, so that an event is one write unit (1024 bytes): with
 * SES's own ids the rest takes 340 at most, and seven more of a rescue.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
const bytesMax = { diagnostic: 600, type: 40, status: 12, reason: 32 } as const;

/** Returns the ledger item of a report, under a key that is the same for the same event. */
export function eventItemOf(
  report: Report,
  meaning: FeedbackMeaning,
  about: { readonly recipientKey: string | undefined; readonly ttl: number },
): EventItem {
  const { kind, at, sesMessageId, digest } = report;
  const { messageId, recipientIndex } = report.message ?? {
    messageId: ledgerKeys.untagged(sesMessageId),
    recipientIndex: 0,
  };
  const texts = {
    type: report.type,
    status: report.status,
    diagnostic: diagnosticOf(report),
    reason: meaning.reason,
  };
  return {
    ...ledgerKeys.event(messageId, recipientIndex, kind, digest),
    ...{ kind, at, recipientIndex, sesMessageId },
    ...(about.recipientKey ? { recipientKey: about.recipientKey } : {}),
    ...(meaning.outcome ? { outcome: meaning.outcome } : {}),
    ...cutAll(texts),
    ...(report.tagged?.kind === 'rescue' ? { rescue: true } : {}),
    ttl: about.ttl,
  };
}

/** What people read of the reply; whom it named when that was not the recipient stands before it. */
function diagnosticOf({ reported, diagnostic = '' }: Report): string {
  return withoutAddresses(reported === undefined ? diagnostic : `for ${reported}: ${diagnostic}`);
}

type Texts = { readonly [Name in keyof typeof bytesMax]: string | undefined };

function cutAll(texts: Texts): { readonly [Name in keyof typeof bytesMax]?: string } {
  const cut = (name: keyof typeof bytesMax) => {
    const text = cutBytes(texts[name] ?? '', bytesMax[name]);
    return text === '' ? {} : { [name]: text };
  };
  return { ...cut('type'), ...cut('status'), ...cut('diagnostic'), ...cut('reason') };
}

/** Whole characters only: `encodeInto` stops before one that does not fit. */
function cutBytes(text: string, max: number): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(max)).read);
}
