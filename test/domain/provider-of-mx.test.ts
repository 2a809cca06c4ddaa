import { describe, expect, test } from 'vitest';
import { providerOfMx } from '../../domain/provider-of-mx.ts';

const mx = (...exchanges: readonly string[]) =>
  exchanges.map((exchange, index) => ({ exchange, priority: 10 * (index + 1) }));

describe('who keeps the mailboxes follows from the mail servers', () => {
  test.each([
    ['a Workspace domain counts with Gmail', 'ASPMX.L.GOOGLE.COM', 'gmail'],
    ['Workspace’s new name too', 'smtp.google.com', 'gmail'],
    [
      'a business at Microsoft is not its consumers',
      'example-com.mail.protection.outlook.com',
      'microsoft365',
    ],
    ['nor is its new name', 'example-com.k-v1.mx.microsoft', 'microsoft365'],
    ['Microsoft’s consumers', 'outlook-com.olc.protection.outlook.com', 'microsoft'],
    ['Yahoo hosts others', 'mta5.am0.yahoodns.net', 'yahoo'],
    ['iCloud with a domain of one’s own', 'mx01.mail.icloud.com', 'apple'],
    ['a filter in front', 'eu-smtp-inbound-1.mimecast.com', 'mimecast'],
    ['a trailing dot', 'mx00.ionos.de.', 'gmx'],
    ['a host that we have no name for', 'mx1.hoster.example', 'hoster.example'],
    ['one under a country', 'mx.mail.hoster.co.uk', 'hoster.co.uk'],
    ['one right under a country', 'mx.hoster.de', 'hoster.de'],
  ])('%s', (_, exchange, provider) => {
    expect(providerOfMx(mx(exchange))).toBe(provider);
  });

  test('the preferred server decides, in whatever order they come', () => {
    const both = mx('mx.primary.example', 'aspmx.l.google.com');
    expect(providerOfMx(both)).toBe('primary.example');
    expect(providerOfMx(both.toReversed())).toBe('primary.example');
  });

  test('a name that only ends alike is somebody else', () => {
    expect(providerOfMx(mx('mx.notgoogle.com'))).toBe('notgoogle.com');
  });

  test.each([
    ['no servers', []],
    ['the null MX', mx('.')],
    ['an empty name', mx('')],
  ])('%s means that the domain takes no mail', (_, exchangers) => {
    expect(providerOfMx(exchangers)).toBeUndefined();
  });
});
