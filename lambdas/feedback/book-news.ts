import { createHmac } from 'node:crypto';
import type { NewFailure, NewVoid } from '../../adapters/failure-store.ts';
import { messageTag } from '../../contract/tags.ts';
import { traitsOf } from '../../domain/classification/reasons.ts';
import { shortDigest, shortDigestCharacters } from '../../domain/digest.ts';
import type { FeedbackMeaning } from '../../domain/feedback.ts';
import { speaksFor } from '../../domain/provider.ts';
import type { Clock } from '../../domain/time.ts';
import { domainOf, type Place, type PlacePorts, placeOf } from './place-of.ts';
import type { Report } from './read-event.ts';

/** What booking asks of the world. */
export type BookPorts = PlacePorts & {
  readonly clock: Clock;
  readonly recipientSecret: string;
  /** Writes a failure; false when it was known. */
  readonly putFailure: (failure: NewFailure) => Promise<boolean>;
  readonly putVoid: (given: NewVoid) => Promise<boolean>;
};

/**
 * Books what an event says of reputation, where and when its mail was sent: a failure, or that no provider
 * saw the mail. Idempotent: however often a mail is delayed, it counts once a signal. Returns the failure.
 */
export async function bookNews(
  report: Report,
  meaning: FeedbackMeaning,
  ports: BookPorts,
): Promise<NewFailure | undefined> {
  const why = whyVoid(report, meaning);
  const blow = why === undefined ? blowOf(report, meaning) : undefined;
  if (why === undefined && blow === undefined) return undefined;
  const place = await placeOf(report, ports);
  const about = { ...place, heardAt: ports.clock() };
  if (why !== undefined) {
    await ports.putVoid({ ...about, key: `${mailKey(report)}#void`, why });
    return undefined;
  }
  if (!blow) return undefined;
  const { classified } = meaning;
  const failure: NewFailure = {
    ...about,
    key: `${mailKey(report)}#${blow.signal}`,
    ...blow,
    recipientDomain: createHmac('sha256', ports.recipientSecret)
      .update(domainOf(report.address ?? ''))
      .digest('base64url')
      .slice(0, shortDigestCharacters),
    vouched: blow.signal === 'complaint' || isVouched(classified?.provider, place),
    ...(classified?.ip === undefined ? {} : { ip: classified.ip }),
    ...(classified?.blocklist === undefined ? {} : { blocklist: classified.blocklist }),
  };
  await ports.putFailure(failure);
  return failure;
}

/** Why no provider saw a mail that SES accepted. */
function whyVoid({ kind }: Report, { outcome, classified }: FeedbackMeaning): string | undefined {
  if (kind === 'reject' || kind === 'renderingfailure') return kind;
  return outcome === 'suppressed' || classified?.reason === 'suppressed' ? 'suppressed' : undefined;
}

/** What counts against a mail's origin, where anything does. A complaint comes from the provider's own loop. */
function blowOf(
  { kind }: Report,
  { outcome, classified }: FeedbackMeaning,
): Pick<NewFailure, 'signal' | 'reason' | 'weight'> | undefined {
  if (kind === 'complaint')
    return outcome === 'complained'
      ? { signal: 'complaint', reason: 'complaint', weight: 1 }
      : undefined;
  if (!classified) return undefined;
  const { signal, weight = 1 } = traitsOf(classified.reason);
  return signal && { signal, reason: classified.reason, weight };
}

/** Its own token in the reply, and its own servers behind the recipient's domain: others can write neither both. */
function isVouched(speaker: string | undefined, { origin }: Place): boolean {
  return speaker !== undefined && speaksFor(speaker, origin.provider);
}

/** The same for every event of one mail to one recipient. */
function mailKey({ message, sesMessageId, address = '' }: Report): string {
  if (message) return messageTag(message.messageId, message.recipientIndex);
  return `${sesMessageId}_${shortDigest(address)}`;
}
