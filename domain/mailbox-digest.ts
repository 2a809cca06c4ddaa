import { createHmac } from 'node:crypto';
import type { Address } from './address.ts';
import { shortDigestCharacters } from './digest.ts';

/**
 * Returns ten characters that stand for a mailbox, whichever of its spellings was written to: what follows a
 * plus, dots and case say nothing, as at Gmail. Mailboxes that other providers tell apart by a dot share one,
 * so only count with it what may be counted too low. Keyed, so that nobody can guess whom it stands for.
 * @see https://support.google.com/mail/answer/7436150
 */
export function mailboxDigest({ localPart, domain }: Address, secret: string): string {
  const local = localPart.replace(/\+.*$/s, '').replaceAll('.', '');
  const host = domain === 'googlemail.com' ? 'gmail.com' : domain;
  return createHmac('sha256', secret)
    .update(`mailbox\n${local}@${host}`.toLowerCase())
    .digest('base64url')
    .slice(0, shortDigestCharacters);
}
