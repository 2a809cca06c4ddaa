import { describe, expect, test } from 'vitest';
import { createWorldNames } from '../../local/emulators/dns/world-names.ts';

const listings: Readonly<Record<string, readonly string[]>> = {
  '192.0.2.10': ['spamhaus-css', 'psbl', 'spamhaus-sbl'],
  'bad.example': ['spamhaus-dbl', 'surbl'],
};
const providers: Readonly<Record<string, string>> = {
  'shop.example': 'gmail',
  'firm.example': 'microsoft',
  'tiny.example': 'other',
};
const answer = createWorldNames({
  listingsOf: (name) => listings[name] ?? [],
  providerOf: (domain) => providers[domain],
});

describe('a blocklist of the world, asked by DNS', () => {
  test.each([
    ['an address under the zone that lists it', '10.2.0.192.psbl.surriel.com', ['127.0.0.2']],
    [
      'every list of a zone that holds several',
      '10.2.0.192.zen.spamhaus.org',
      ['127.0.0.3', '127.0.0.2'],
    ],
    [
      'the same under the name of a customer with a key',
      '10.2.0.192.abc123.zen.dq.spamhaus.net',
      ['127.0.0.3', '127.0.0.2'],
    ],
    ['a domain', 'bad.example.dbl.spamhaus.org', ['127.0.1.2']],
    ['the test entry of addresses', '2.0.0.127.bl.spamcop.net', ['127.0.0.2']],
    ['the test entry of domains', 'test.surbl.org.multi.surbl.org', ['127.0.0.64']],
  ])('names %s', (_, name, expected) => {
    expect(answer(name, 'A')).toEqual(expected);
  });

  test.each([
    '10.2.0.192.bl.spamcop.net',
    '11.2.0.192.zen.spamhaus.org',
    '1.0.0.127.zen.spamhaus.org',
    'good.example.dbl.spamhaus.org',
  ])('does not know %s', (name) => {
    expect(answer(name, 'A')).toBe('no-name');
  });

  test('has addresses alone', () => {
    expect(answer('10.2.0.192.psbl.surriel.com', 'TXT')).toBe('no-data');
  });
});

describe('a recipient’s domain, asked by DNS', () => {
  test('has the mail servers of the provider that it was given to', () => {
    expect(answer('shop.example', 'MX')).toEqual(['10 aspmx.l.google.com']);
    expect(answer('firm.example', 'MX')).toEqual(['10 outlook-com.olc.protection.outlook.com']);
    expect(answer('tiny.example', 'MX')).toEqual(['10 mx.tiny.example']);
    expect(answer('shop.example', 'A')).toBe('no-data');
  });

  test('is unknown while it was given to nobody', () => {
    expect(answer('nobody.example', 'MX')).toBe('no-name');
  });
});
