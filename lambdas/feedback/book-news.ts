import { createHmac } from 'node:crypto';
import type { NewDelay, NewFailure, NewVoid } from '../../adapters/failure-store.ts';
import { messageTag } from '../../contract/tags.ts';
import { traitsOf } from '../../domain/classification/reasons.ts';
import { shortDigest, shortDigestCharacters } from '../../domain/digest.ts';
import { signalOf } from '../../domain/evidence/signals.ts';
import type { FeedbackMeaning } from '../../domain/feedback.ts';
import type { Clock } from '../../domain/time.ts';
import { domainOf, type PlacePorts, placeOf } from './place-of.ts';
import type { Report } from './read-event.ts';
import { isVouched, type VouchPorts, voiceOf } from './vouching.ts';

/** What booking asks of the world. */
export type BookPorts = PlacePorts &
  VouchPorts & {
    readonly clock: Clock;
    readonly recipientSecret: string;
    /** Writes a failure; false when it was known. */
    readonly putFailure: (failure: NewFailure) => Promise<boolean>;
    readonly putVoid: (given: NewVoid) => Promise<boolean>;
    /** Writes where a mail is that was put off for a reason that counts for nobody's reputation. */
    readonly putDelay: (given: NewDelay) => Promise<boolean>;
    /** Counts what was booked although its event carried no tag of ours. */
    readonly countUntagged: () => void;
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
  if (why === undefined && blow === undefined) {
    await noteDelay(report, meaning, ports);
    return undefined;
  }
  const place = await placeOf(report, ports);
  const about = { ...place, heardAt: ports.clock() };
  if (why !== undefined) {
    const isNew = await ports.putVoid({
      ...about,
      key: `${mailKey(report)}#void${attemptOf(report)}`,
      why,
    });
    if (isNew && place.untagged) ports.countUntagged();
    return undefined;
  }
  if (!blow) return undefined;
  const { classified } = meaning;
  const failure: NewFailure = {
    ...about,
    key: `${mailKey(report)}#${blow.signal}${attemptOf(report)}`,
    ...blow,
    recipientDomain: createHmac('sha256', ports.recipientSecret)
      .update(domainOf(report.address ?? ''))
      .digest('base64url')
      .slice(0, shortDigestCharacters),
    vouched: await isVouched(report, { signal: blow.signal, classified, place }, ports),
    ...voiceOf(report, ports.recipientSecret),
    ...(classified?.ip === undefined ? {} : { ip: classified.ip }),
    ...(classified?.blocklist === undefined ? {} : { blocklist: classified.blocklist }),
  };
  const isNew = await ports.putFailure(failure);
  if (isNew && place.untagged) ports.countUntagged();
  return failure;
}

/** A full mailbox or a greylist says nothing of us, but people ask where the mail is. Once a mail and reason. */
async function noteDelay(
  report: Report,
  { classified }: FeedbackMeaning,
  ports: BookPorts,
): Promise<void> {
  if (report.kind !== 'deliverydelay' || !classified) return;
  const { origin, sentAt } = await placeOf(report, ports);
  const { reason } = classified;
  const key = `${mailKey(report)}#${reason}${attemptOf(report)}`;
  await ports.putDelay({ key, origin, sentAt, heardAt: ports.clock(), reason });
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
  const { weight = 1 } = traitsOf(classified.reason);
  const signal = signalOf(classified.reason, kind === 'deliverydelay' ? 'delayed' : 'refused');
  return signal && { signal, reason: classified.reason, weight };
}

/** The same for every event of one mail to one recipient. */
function mailKey({ message, sesMessageId, address = '' }: Report): string {
  if (message) return messageTag(message.messageId, message.recipientIndex);
  return `${sesMessageId}_${shortDigest(address)}`;
}

/** A rescue is a mail of its own: it left through another pool, and may fail there as well. */
function attemptOf({ tagged }: Report): string {
  return tagged?.kind === 'rescue' ? '#rescue' : '';
}
