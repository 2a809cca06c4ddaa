import type { SesContext } from '../context.ts';
import type { InputOf } from '../model/operation-contract.ts';

type Tags = InputOf<'CreateEmailIdentity'>['Tags'];

/** One verified or pending sender: an e-mail address or a domain. */
export type Identity = {
  readonly name: string;
  readonly type: 'EMAIL_ADDRESS' | 'DOMAIN';
  readonly tags: Tags;
  verified: boolean;
  dkimEnabled: boolean;
  readonly dkimOrigin: 'AWS_SES' | 'EXTERNAL';
  readonly dkimKeyLength: 'RSA_1024_BIT' | 'RSA_2048_BIT';
  mailFrom: MailFrom | undefined;
  /** The set used when a request names none. */
  readonly configurationSetName: string | undefined;
};

/** A custom MAIL FROM domain. */
export type MailFrom = {
  readonly domain: string;
  readonly behavior: 'USE_DEFAULT_VALUE' | 'REJECT_MESSAGE';
  readonly verified: boolean;
};

/** The domain of a bare address, lower-cased. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** The identities that could vouch for an address: itself, its domain, then each parent domain. */
export function coveringNames(address: string): readonly string[] {
  const labels = domainOf(address).split('.');
  const domains = labels.slice(0, -1).map((_, position) => labels.slice(position).join('.'));
  return [identityKey(address), ...(domains.length === 0 ? labels : domains)];
}

/** The first existing identity that covers an address. E-mail identities win over domains. */
export function coveringIdentity(context: SesContext, address: string): Identity | undefined {
  for (const name of coveringNames(address)) {
    const identity = context.identities.get(name);
    if (identity !== undefined) return identity;
  }
  return undefined;
}

/** Whether any identity that covers the address is verified. */
export function isVerified(context: SesContext, address: string): boolean {
  return coveringNames(address).some((name) => context.identities.get(name)?.verified === true);
}

/** Identities compare by lower-cased domain; the local part keeps its case, as in SES. */
export function identityKey(name: string): string {
  const at = name.lastIndexOf('@');
  return at < 0 ? name.toLowerCase() : `${name.slice(0, at)}@${name.slice(at + 1).toLowerCase()}`;
}

/** The ARN of an identity of this account. */
export function identityArn(context: SesContext, name: string): string {
  const { partition, region, accountId } = context.place;
  return `arn:${partition}:ses:${region}:${accountId}:identity/${name}`;
}
