import { createHmac } from 'node:crypto';
import { domainToASCII } from 'node:url';
import type { RejectReason } from './reasons.ts';

/** An address in the form SES takes: local part as given, domain as lower-case A-labels. */
export type Address = {
  readonly address: string;
  readonly localPart: string;
  readonly domain: string;
};

export type AddressProblem = { readonly reason: RejectReason; readonly detail: string };

/**
 * Returns the address in the form SES takes, or why SES would refuse it.
 * An IDN domain becomes its A-labels (`bücher.example` → `xn--bcher-kva.example`); the local part must
 * be ASCII, because SES has no SMTPUTF8. Quoted local parts are refused: almost no mailbox has one, and
 * they are a way to smuggle header syntax.
 * @see https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1 lengths: local part 64, domain 255, path 254
 */
export function parseAddress(text: string): Address | AddressProblem {
  const at = text.lastIndexOf('@');
  if (at < 0 || at === text.length - 1)
    return problem('recipient-without-domain', 'an address is local@domain');
  const localPart = text.slice(0, at);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\x00-\x1f\x7f]/.test(text))
    return problem('header-injection', 'control character in an address');
  if (/[^\x20-\x7e]/.test(localPart))
    return problem('recipient-local-part-not-ascii', 'only ASCII is possible before the @');
  if (!/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(localPart))
    return problem(
      'recipient-invalid',
      "before the @: letters, digits and !#$%&'*+/=?^_`{|}~- in dot-separated words",
    );
  // An encoded word before the @ is read by some mail programs as another address.
  if (localPart.includes('=?'))
    return problem('recipient-invalid', 'before the @: =? begins an encoded word');
  const given = text.slice(at + 1);
  // domainToASCII reads a URL's host: it would stop at / ? # and decode %2e, and so name another domain.
  if (!/^[A-Za-z0-9._\u0080-\u{10ffff}-]+$/u.test(given))
    return problem('recipient-invalid', 'after the @: a DNS name with a dot, such as example.com');
  const domain = domainToASCII(given).toLowerCase();
  if (!/^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(domain))
    return problem('recipient-invalid', 'after the @: a DNS name with a dot, such as example.com');
  if (/^[0-9.]+$/.test(domain))
    return problem('recipient-invalid', 'a DNS name, not an IP address');
  if (localPart.length > 64 || localPart.length + domain.length > 253)
    return problem('recipient-invalid', 'at most 64 characters before the @ and 254 in all');
  return { address: `${localPart}@${domain}`, localPart, domain };
}

/** Tells an address from a problem. */
export function isAddress(parsed: Address | AddressProblem): parsed is Address {
  return 'address' in parsed;
}

/** Returns the form under which two spellings count as one recipient: all lower case, nothing else folded. */
export function recipientIdentity(address: Address): string {
  return address.address.toLowerCase();
}

/**
 * Returns the key under which a recipient is stored: HMAC-SHA-256 of its identity with the deployment's
 * secret, 128 bits as 22 base64url characters, so that tables and logs hold no address.
 */
export function recipientKey(address: Address, secret: string): string {
  return createHmac('sha256', secret)
    .update(recipientIdentity(address))
    .digest('base64url')
    .slice(0, 22);
}

function problem(reason: RejectReason, detail: string): AddressProblem {
  return { reason, detail };
}
