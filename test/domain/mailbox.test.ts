import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { formatMailbox, readSingleMailbox } from '../../domain/mailbox.ts';

/** What an independent MIME parser reads in a From header. */
async function readElsewhere(header: string) {
  const { from } = await PostalMime.parse(`From: ${header}\r\n\r\n`);
  return from;
}

/** Any name without control characters, as the request schema admits it. */
const name = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    fc.string({ minLength: 1, maxLength: 60 }),
    fc.constantFrom(
      '=?utf-8?q?eve?=',
      'a "b" \\c',
      'Ada, "Eve" <eve@evil.example>',
      '日本語'.repeat(20),
    ),
  )
  .map((text) =>
    text
      .replace(/\p{Cc}/gu, '')
      .replace(/\s+/g, ' ')
      .trim(),
  )
  .filter((text) => text !== '');

describe('a formatted mailbox', () => {
  test.each([
    [{ address: 'ada@example.com' }, 'ada@example.com'],
    [{ address: 'ada@bücher.example' }, 'ada@xn--bcher-kva.example'],
    [{ address: 'ada@example.com', name: 'Ada' }, '"Ada" <ada@example.com>'],
    [{ address: 'ada@example.com', name: 'A "B" \\C' }, '"A \\"B\\" \\\\C" <ada@example.com>'],
    [{ address: 'ada@example.com', name: 'Åda' }, '=?UTF-8?B?w4VkYQ==?= <ada@example.com>'],
  ])('%j is %s', (mailbox, expected) => expect(formatMailbox(mailbox)).toBe(expected));

  test('is read back by another parser with the same name and address', async () => {
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        const from = await readElsewhere(formatMailbox({ address: 'ada@example.com', name: text }));
        expect(from?.address).toBe('ada@example.com');
        expect(from?.name).toBe(text.toWellFormed());
      }),
    );
  });

  test('is one line of ASCII whose encoded words have at most 75 characters', () => {
    fc.assert(
      fc.property(fc.oneof(name, fc.string({ unit: 'binary' })), (text) => {
        const formatted = formatMailbox({ address: 'ada@example.com', name: text });
        expect(formatted).toMatch(/^[\x20-\x7e]+$/);
        for (const word of formatted.match(/=\?UTF-8\?B\?[^?]*\?=/g) ?? [])
          expect(word.length).toBeLessThanOrEqual(75);
      }),
    );
  });
});

describe('a From header with one mailbox', () => {
  test.each([
    ['ada@example.com', 'ada@example.com'],
    ['  ada@example.com\t', 'ada@example.com'],
    ['<ada@example.com>', 'ada@example.com'],
    ['Ada Lovelace <ada@EXAMPLE.com>', 'ada@example.com'],
    ['"Lovelace, Ada" <ada@example.com>', 'ada@example.com'],
    ['"A \\"B\\"" <ada@example.com>', 'ada@example.com'],
    ['=?utf-8?q?eve=40evil.example?= <ada@example.com>', 'ada@example.com'],
    ['Äda <ada@example.com>', 'ada@example.com'],
  ])('%j is read', (header, expected) => expect(readSingleMailbox(header)?.address).toBe(expected));

  test.each([
    [''],
    ['Ada'],
    ['ada@example.com, eve@evil.example'],
    ['Ada <ada@example.com>, Eve <eve@evil.example>'],
    ['Friends: ada@example.com;'],
    ['undisclosed-recipients:;'],
    ['Ada <ada@example.com> (Eve <eve@evil.example>)'],
    ['ada@example.com (comment)'],
    ['(eve@evil.example) ada@example.com'],
    ['Ada <ada@example.com> <eve@evil.example>'],
    ['Ada <eve@evil.example <ada@example.com>>'],
    ['"Ada <eve@evil.example>" <ada@example.com>'],
    ['"Ada\\" <eve@evil.example>" <ada@example.com>'],
    ['"Ada" eve@evil.example <ada@example.com>'],
    ['<@relay.example:ada@example.com>'],
    ['<ada@example.com:25>'],
    ['=?utf-8?q?eve=40evil.example?=@example.com'],
    ['ada@example.com/.evil.example'],
    ['\u00a0ada@example.com'],
    ['ada@exämple.com'],
    ['"ada"@example.com'],
    ['ada@[127.0.0.1]'],
    ['ada@example.com\r\neve@evil.example'],
    ['ada\u0000@example.com'],
  ])('%j is not: two programs could read it differently', (header) =>
    expect(readSingleMailbox(header)).toBeUndefined(),
  );

  test('is judged in linear time, however long', () => {
    // Two unbounded repeats over the same blanks took half a minute for such a header.
    for (const middle of [' '.repeat(250_000), '\\a'.repeat(120_000), '<'.repeat(250_000)])
      for (const quote of ['', '"'])
        expect(readSingleMailbox(`a${quote}${middle}b x`)).toBeUndefined();
  });
});
