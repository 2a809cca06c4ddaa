import type { Failure, Origin, Sent } from '../../domain/evidence/model.ts';
import { epochMs } from '../../domain/time.ts';

/** Midnight UTC: every bucket of every width begins here. */
export const midnight = epochMs(Date.UTC(2026, 10, 21));

/** Returns an instant some seconds after midnight. */
export function atSecond(seconds: number) {
  return epochMs(midnight + seconds * 1000);
}

export const origin: Origin = {
  tenant: 'shop',
  identity: 'shop.example',
  stream: 'transactional',
  pool: 'a',
  provider: 'gmail',
  campaign: '',
};

/** Returns mails of an origin in the bucket of an instant. */
export function sent(count: number, at = midnight, from: Partial<Origin> = {}): Sent {
  return { origin: { ...origin, ...from }, at, count };
}

/** Returns a vouched block, heard three seconds after the mail. */
export function failure(
  key: string,
  sentAt = midnight,
  { origin: from, ...rest }: Partial<Omit<Failure, 'origin'>> & { origin?: Partial<Origin> } = {},
): Failure {
  return {
    key,
    origin: { ...origin, ...from },
    sentAt,
    heardAt: epochMs(sentAt + 3000),
    signal: 'block',
    reason: 'block-ip-reputation',
    weight: 1,
    recipientDomain: 'gmail.com',
    vouched: true,
    ...rest,
  };
}
