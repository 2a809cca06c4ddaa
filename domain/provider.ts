/**
 * Mailbox providers that judge a sender by rules of their own, with the domains they give to consumers.
 * `*` stands for a country: yahoo.de, yahoo.co.uk, yahoo.com.br, and yahoo.com.
 */
const consumerDomains = [
  { provider: 'gmail', domains: ['gmail.com', 'googlemail.com'] },
  {
    provider: 'microsoft',
    domains: ['hotmail.*', 'live.*', 'outlook.*', 'msn.com', 'passport.com', 'windowslive.com'],
  },
  {
    provider: 'yahoo',
    domains: [
      'yahoo.*',
      'ymail.com',
      'rocketmail.com',
      'myyahoo.com',
      'aol.*',
      'aim.com',
      'netscape.net',
      'verizon.net',
    ],
  },
  { provider: 'apple', domains: ['icloud.com', 'me.com', 'mac.com'] },
  { provider: 'gmx', domains: ['gmx.*', 'gmx.net', 'web.de', 'email.de', 'mail.com'] },
  { provider: 'telekom', domains: ['t-online.de', 'magenta.de'] },
  { provider: 'orange', domains: ['orange.fr', 'wanadoo.fr'] },
  { provider: 'laposte', domains: ['laposte.net'] },
  { provider: 'libero', domains: ['libero.it', 'virgilio.it', 'inwind.it', 'iol.it'] },
  { provider: 'proton', domains: ['proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me'] },
  { provider: 'zoho', domains: ['zoho.com', 'zohomail.com', 'zohomail.eu'] },
  { provider: 'comcast', domains: ['comcast.net', 'xfinity.com'] },
  { provider: 'cox', domains: ['cox.net'] },
  { provider: 'mailru', domains: ['mail.ru', 'bk.ru', 'inbox.ru', 'list.ru', 'internet.ru'] },
  { provider: 'yandex', domains: ['yandex.*', 'ya.ru'] },
  { provider: 'tencent', domains: ['qq.com', 'foxmail.com'] },
  { provider: 'netease', domains: ['163.com', '126.com', 'yeah.net'] },
  { provider: 'naver', domains: ['naver.com'] },
  { provider: 'docomo', domains: ['docomo.ne.jp'] },
] as const;

/** A mailbox provider by our name, by its mail servers' domain where we have none, or `other`. */
export type Provider = string;

/** What stands for every provider that could not be told. */
export const unknownProvider = 'other';

const byDomain: ReadonlyMap<string, Provider> = new Map(
  consumerDomains.flatMap(({ provider, domains }) =>
    domains.map((domain) => [domain, provider] as const),
  ),
);

/** A name under a country, or under com. */
const underCountry = /^([a-z0-9-]+)\.(com|[a-z]{2}|(co|com|ne)\.[a-z]{2})$/;

/**
 * Returns who keeps the mailboxes of a domain (lower case, A-labels) that is given to consumers; no
 * look-up is needed for these. Undefined for any other domain.
 */
export function consumerProviderOf(domain: string): Provider | undefined {
  const name = underCountry.exec(domain)?.[1];
  return byDomain.get(domain) ?? byDomain.get(`${name}.*`);
}

/**
 * Returns the mailbox provider of a recipient's domain as far as its name tells: a company whose mail is
 * hosted there counts as `other`.
 */
export function providerOf(domain: string): Provider {
  return consumerProviderOf(domain) ?? unknownProvider;
}

/** Providers that write the same tokens: Microsoft's servers for businesses and for consumers. */
const sharedVoices: ReadonlyMap<Provider, Provider> = new Map([['microsoft365', 'microsoft']]);

/** Returns whether a reply in this provider's own words can come from that provider's servers. */
export function speaksFor(speaker: Provider, provider: Provider): boolean {
  if (provider === unknownProvider) return false;
  return speaker === provider || speaker === sharedVoices.get(provider);
}
