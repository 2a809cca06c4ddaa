import { isAddress, parseAddress } from '../domain/address.ts';
import type { SendRequest } from './send-request.ts';

/**
 * Returns the identity that a request is sent as: the domain of its From address. Where SES signs for a
 * parent domain the provider sees that one; every request of the sub-domain has the same parent, so the
 * evidence only splits what a finer name keeps apart.
 */
export function identityOfRequest({ from }: Pick<SendRequest, 'from'>): string {
  const address = parseAddress(typeof from === 'string' ? from : from.address);
  return isAddress(address) ? address.domain : '';
}

/** Returns what the app calls its mailing, by its tag `campaign`; empty where it says nothing. */
export function campaignOfRequest({ tags }: Pick<SendRequest, 'tags'>): string {
  return tags?.['campaign'] ?? '';
}
