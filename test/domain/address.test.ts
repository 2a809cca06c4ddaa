import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAddress, parseAddress, recipientIdentity, recipientKey } from '../../domain/address.ts';

/** Address in, what SES is given or why not. */
function check(given: string, expected: string): void {
  const parsed = parseAddress(given);
  expect(isAddress(parsed) ? parsed.address : parsed.reason).toBe(expected);
}

describe('an address', () => {
  test.each([
    ['ada@example.com', 'ada@example.com'],
    ['Ada@Example.COM', 'Ada@example.com'],
    ["o'brien+tag@mail.example.co.uk", "o'brien+tag@mail.example.co.uk"],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@EXAMPLE。com', 'ada@example.com'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    ['ada@_spf.example.com', 'ada@_spf.example.com'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ])('%s is taken', (given, expected) => check(given, expected));

  test.each([
    ['', 'recipient-without-domain'],
    ['ada', 'recipient-without-domain'],
    ['ada@', 'recipient-without-domain'],
    ['@example.com', 'recipient-invalid'],
    ['ada@localhost', 'recipient-invalid'],
    ['ada@example.com.', 'recipient-invalid'],
    ['ada@-example.com', 'recipient-invalid'],
    ['ada@exam ple.com', 'recipient-invalid'],
    ['ada@127.0.0.1', 'recipient-invalid'],
    ['ada@0x7f.1', 'recipient-invalid'],
    ['ada@[127.0.0.1]', 'recipient-invalid'],
    ['ada@eve@example.com', 'recipient-invalid'],
    ['"ada lovelace"@example.com', 'recipient-invalid'],
    ['ada..b@example.com', 'recipient-invalid'],
    ['.ada@example.com', 'recipient-invalid'],
    ['ada,eve@example.com', 'recipient-invalid'],
    ['Ada <ada@example.com>', 'recipient-invalid'],
    ['äda@example.com', 'recipient-local-part-not-ascii'],
    ['ada@example.com\r\nBcc: eve@example.com', 'header-injection'],
    ['ada\u0000@example.com', 'header-injection'],
    [`${'a'.repeat(65)}@example.com`, 'recipient-invalid'],
    [`a@${'b'.repeat(60)}.${'c.'.repeat(100)}com`, 'recipient-invalid'],
  ])('%j is refused as %s', (given, reason) => check(given, reason));

  test.each([
    ['ada@sender.example/.evil.example'],
    ['ada@sender.example#.evil.example'],
    ['ada@sender.example?.evil.example'],
    ['ada@sender.example\\.evil.example'],
    ['ada@sender%2eexample'],
    ['ada@sender.example:25'],
  ])('%s is not read as a part of itself', (given) => check(given, 'recipient-invalid'));

  test('whose local part holds an encoded word is refused, some programs would decode it', () =>
    check('=?utf-8?q?eve=40evil.example=3e?=@sender.example', 'recipient-invalid'));
});

/** Mostly addresses, some bent. */
const anyAddress = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.emailAddress(),
  fc
    .tuple(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.domain(), fc.string({ maxLength: 4 }))
    .map(([local, domain, tail]) => `${local}@${domain}${tail}`),
  fc
    .tuple(fc.emailAddress(), fc.string({ unit: 'grapheme', maxLength: 8 }))
    .map((two) => two.join('')),
);

describe('for every text', () => {
  test('an address that is taken is taken again unchanged', () => {
    fc.assert(
      fc.property(anyAddress, (text) => {
        const once = parseAddress(text);
        if (isAddress(once)) expect(parseAddress(once.address)).toEqual(once);
      }),
    );
  });

  test('what is taken is printable ASCII with one @, short enough, and its parts make the whole', () => {
    fc.assert(
      fc.property(anyAddress, (text) => {
        const parsed = parseAddress(text);
        if (!isAddress(parsed)) return;
        expect(parsed.address).toMatch(/^[!-?A-~]+@[a-z0-9_.-]+$/);
        expect(parsed.address.length).toBeLessThanOrEqual(254);
        expect(parsed.address).toBe(`${parsed.localPart}@${parsed.domain}`);
        expect(text.startsWith(`${parsed.localPart}@`)).toBe(true);
      }),
    );
  });

  test('a domain in ASCII is only put into lower case, never shortened or decoded', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (domain) => {
        const parsed = parseAddress(`ada@${domain}`);
        if (isAddress(parsed)) expect(parsed.domain).toBe(domain.toLowerCase());
      }),
    );
  });
});

describe('a recipient key', () => {
  const key = (text: string, secret = 'secret') => {
    const parsed = parseAddress(text);
    return isAddress(parsed) ? recipientKey(parsed, secret) : undefined;
  };

  test('is the same for every spelling of case and script, and no other', () => {
    expect(key('ADA@Bücher.example')).toBe(key('ada@xn--bcher-kva.EXAMPLE'));
    expect(key('ada+1@example.com')).not.toBe(key('ada@example.com'));
    expect(key('a.da@example.com')).not.toBe(key('ada@example.com'));
  });

  test('depends on the secret, tells nothing of the address, and fits a tag', () => {
    expect(key('ada@example.com', 'one')).not.toBe(key('ada@example.com', 'two'));
    fc.assert(
      fc.property(fc.emailAddress(), fc.string({ minLength: 1 }), (text, secret) => {
        const parsed = parseAddress(text);
        if (!isAddress(parsed)) return;
        expect(recipientKey(parsed, secret)).toMatch(/^[A-Za-z0-9_-]{22}$/);
        expect(recipientIdentity(parsed)).toBe(parsed.address.toLowerCase());
      }),
    );
  });
});
