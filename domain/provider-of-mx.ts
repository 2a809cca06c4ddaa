import type { Provider } from './provider.ts';

/** A mail exchanger of a domain; the lowest preference is asked first. @see RFC 5321 section 5 */
export type MailExchanger = { readonly exchange: string; readonly priority: number };

/**
 * Ends of mail server names, and who runs them. Limits and reputation hang on who runs the server, not on
 * the recipient's domain: Workspace counts with Gmail, while Microsoft keeps businesses and consumers apart.
 * @see https://support.google.com/mail/answer/81126 (limits by MX), https://docs.kumomta.com shaping by site
 */
const operators = [
  { provider: 'gmail', ends: ['google.com', 'googlemail.com', 'smtp.goog'] },
  { provider: 'microsoft', ends: ['olc.protection.outlook.com', 'hotmail.com'] },
  {
    provider: 'microsoft365',
    ends: ['mail.protection.outlook.com', 'mx.microsoft', 'mail.protection.office365.us'],
  },
  { provider: 'yahoo', ends: ['yahoodns.net'] },
  { provider: 'apple', ends: ['icloud.com', 'apple.com'] },
  {
    provider: 'gmx',
    ends: [
      'gmx.net',
      'web.de',
      'mail.com',
      'kundenserver.de',
      '1and1.com',
      'ionos.com',
      'ionos.de',
      'ionos.co.uk',
    ],
  },
  { provider: 'telekom', ends: ['t-online.de', 'telekom.de'] },
  { provider: 'orange', ends: ['orange.fr'] },
  { provider: 'laposte', ends: ['laposte.net'] },
  { provider: 'libero', ends: ['libero.it', 'iol.it'] },
  { provider: 'proton', ends: ['protonmail.ch', 'proton.me'] },
  { provider: 'zoho', ends: ['zoho.com', 'zoho.eu', 'zoho.in', 'zohomail.com'] },
  { provider: 'comcast', ends: ['comcast.net'] },
  { provider: 'cox', ends: ['cox.net'] },
  { provider: 'mailru', ends: ['mail.ru'] },
  { provider: 'yandex', ends: ['yandex.ru', 'yandex.net'] },
  { provider: 'tencent', ends: ['qq.com'] },
  { provider: 'netease', ends: ['netease.com', '163.com'] },
  { provider: 'naver', ends: ['naver.com'] },
  { provider: 'docomo', ends: ['docomo.ne.jp'] },
  { provider: 'mimecast', ends: ['mimecast.com', 'mimecast.co.za'] },
  { provider: 'proofpoint', ends: ['pphosted.com', 'ppe-hosted.com'] },
  { provider: 'barracuda', ends: ['barracudanetworks.com'] },
  { provider: 'messagelabs', ends: ['messagelabs.com'] },
  { provider: 'cisco', ends: ['iphmx.com'] },
  { provider: 'ovh', ends: ['ovh.net'] },
  { provider: 'fastmail', ends: ['messagingengine.com'] },
  { provider: 'amazon', ends: ['amazonaws.com', 'awsapps.com'] },
] as const;

const byEnd: ReadonlyMap<string, Provider> = new Map(
  operators.flatMap(({ provider, ends }) => ends.map((end) => [end, provider] as const)),
);

/** Second levels under which a country gives names, so that the operator's own name is the third. */
const secondLevels = /^(ac|co|com|edu|gob|gouv|gov|gv|ne|net|or|org)$/;

/**
 * Returns who runs the mail servers of a domain: the preferred one decides, by the table or else by its own
 * domain. Undefined where the domain takes no mail (no servers, or the null MX of RFC 7505).
 */
export function providerOfMx(exchangers: readonly MailExchanger[]): Provider | undefined {
  const [first] = exchangers.toSorted(
    (one, other) => one.priority - other.priority || (one.exchange < other.exchange ? -1 : 1),
  );
  const labels = (first?.exchange ?? '').toLowerCase().replace(/\.$/, '').split('.');
  if (labels.length < 2) return undefined;
  for (let from = 0; from < labels.length - 1; from += 1) {
    const known = byEnd.get(labels.slice(from).join('.'));
    if (known) return known;
  }
  return operatorDomain(labels);
}

/** The name that the operator registered, without a list of all public suffixes: good enough to group by. */
function operatorDomain(labels: readonly string[]): Provider {
  const country = labels.at(-1)?.length === 2;
  const isThird = country && labels.length > 2 && secondLevels.test(labels.at(-2) ?? '');
  return labels.slice(isThird ? -3 : -2).join('.');
}
