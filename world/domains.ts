/** Domains that providers give to consumers; of those with a country in them, the part before it. */
const consumerDomains = {
  gmail: ['gmail.com', 'googlemail.com'],
  microsoft: ['outlook.', 'hotmail.', 'live.', 'msn.com'],
  yahoo: ['yahoo.', 'ymail.com', 'rocketmail.com', 'aol.'],
  apple: ['icloud.com', 'me.com', 'mac.com'],
  gmx: ['gmx.', 'web.de', 'mail.com'],
} as const;

const countries = /^([a-z0-9-]+\.)(?:com|net|[a-z]{2}|(?:co|com)\.[a-z]{2})$/;

const byDomain: ReadonlyMap<string, string> = new Map(
  Object.entries(consumerDomains).flatMap(([provider, domains]) =>
    domains.map((domain) => [domain, provider] as const),
  ),
);

/** Returns who keeps the mailboxes of a domain (lower case); `other` stands for small mail servers. */
export function mailboxProviderOf(domain: string): string {
  return byDomain.get(domain) ?? byDomain.get(countries.exec(domain)?.[1] ?? '') ?? 'other';
}
