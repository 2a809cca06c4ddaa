/** What it takes to believe that an address is bad everywhere. */
import { describe, expect, test } from 'vitest';
import { createBook } from '../../../domain/evidence/book.ts';
import type { Failure } from '../../../domain/evidence/model.ts';
import { isConfirmed } from '../../../domain/rotation/listings.ts';
import { sceneOf } from '../../../domain/rotation/plan.ts';
import { hourMs, minuteMs } from '../../../domain/time.ts';
import { ago, causeOf, poolOf, situationOf } from '../../support/rotation.ts';

const ip = '192.0.2.1';
const pool = poolOf('a', { ips: [ip, '192.0.2.2'] });
/** Whom four mailboxes of two consumer providers got the refused mail from. */
const refusals: readonly (Partial<Failure> & {
  readonly tenant: string;
  readonly provider: string;
})[] = [
  { tenant: 'acme', provider: 'gmail', recipientDomain: 'g', mailbox: 'ada' },
  { tenant: 'globex', provider: 'gmail', recipientDomain: 'g', mailbox: 'grace' },
  { tenant: 'acme', provider: 'microsoft', recipientDomain: 'm', mailbox: 'alan' },
  { tenant: 'globex', provider: 'microsoft', recipientDomain: 'm', mailbox: 'edsger' },
];

/** Whether the address is bad everywhere, after these refusals with what is changed in each. */
function confirmedBy(
  change: (
    index: number,
  ) => Partial<Failure> & { readonly tenant?: string; readonly provider?: string },
  { count = refusals.length, listings = new Map<string, readonly string[]>() } = {},
): boolean {
  const book = createBook();
  for (const [index, refusal] of refusals.slice(0, count).entries()) {
    const { tenant, provider, ...failure } = { ...refusal, ...change(index) };
    book.addFailure({
      key: `mail-${index}`,
      origin: {
        ...{ tenant, provider, identity: `${tenant}.example`, campaign: '' },
        ...{ stream: 'transactional', pool: 'a' },
      },
      ...{ sentAt: ago(minuteMs), heardAt: ago(minuteMs), signal: 'block', weight: 1 },
      ...{ reason: 'block-ip-reputation', recipientDomain: 'd', vouched: true, ip },
      ...failure,
    });
  }
  const cause = causeOf({
    ...{ kind: 'ip', region: { pool: 'a', ip }, onset: ago(hourMs) },
    vouchedBy: { providers: 2, tenants: 2, recipientDomains: 2 },
  });
  return isConfirmed(sceneOf(cause, situationOf({ book, listings }), undefined), pool);
}

describe('without a word of our own query an address is bad everywhere', () => {
  test('when two known providers refuse two tenants at two domains and four mailboxes', () => {
    expect(confirmedBy(() => ({}))).toBe(true);
  });

  test.each<[string, Parameters<typeof confirmedBy>[0]]>([
    ['three mailboxes', (index) => (index === 3 ? { mailbox: 'alan' } : {})],
    ['one provider', () => ({ provider: 'gmail' })],
    ['one tenant', () => ({ tenant: 'acme' })],
    ['one recipient domain', () => ({ recipientDomain: 'g' })],
    ['somebody whom nobody vouches for', (index) => (index === 3 ? { vouched: false } : {})],
    ['mailboxes of two domains whose provider is known by DNS alone', () => ({ hosted: true })],
  ])('never by %s', (_, change) => {
    expect(confirmedBy(change)).toBe(false);
  });

  test('and a domain whose provider is known by DNS alone is one mailbox', () => {
    expect(confirmedBy((index) => ({ hosted: true, recipientDomain: `d${index}` }))).toBe(true);
  });
});

describe('replies that name a list which we can ask', () => {
  const naming = () => ({ blocklist: 'spamhaus-sbl' });

  test('count for nothing where it names our address nowhere by our own query', () => {
    expect(confirmedBy(naming, { listings: new Map([[ip, []]]) })).toBe(false);
  });

  test('count where our own query heard nothing of that address', () => {
    expect(confirmedBy(naming)).toBe(true);
    expect(confirmedBy(naming, { listings: new Map([['192.0.2.2', []]]) })).toBe(true);
  });

  test('a list that nobody can ask is the provider’s own word', () => {
    const cloudmark = () => ({ blocklist: 'cloudmark' });
    expect(confirmedBy(cloudmark, { listings: new Map([[ip, []]]) })).toBe(true);
  });

  test('our own finding is enough by itself', () => {
    const listings = new Map([[ip, ['spamhaus-css']]]);
    expect(confirmedBy(() => ({}), { count: 0, listings })).toBe(true);
  });
});
