import fc from 'fast-check';
import { extract } from 'letterparser';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { checkRawMessage } from '../../domain/raw-message.ts';

const raw = (lines: readonly string[], end = '\r\n') =>
  Buffer.from([...lines, '', 'hello', ''].join(end));

/** Headers in, the senders that must be owned or the reason. */
function check(lines: readonly string[], expected: string): void {
  const checked = checkRawMessage(raw(lines));
  const got = checked.ok ? checked.senders.map(({ address }) => address).join(' ') : checked.reason;
  expect(got).toBe(expected);
}

const from = 'From: ada@example.com';

describe('a raw message', () => {
  test.each([
    [[from], 'ada@example.com'],
    [['FROM: Ada <ada@example.com>', 'Subject: hi'], 'ada@example.com'],
    [['Subject: hi', 'From: Ada', '\t<ada@example.com>'], 'ada@example.com'],
    [[from, 'Sender: eve@example.org'], 'ada@example.com eve@example.org'],
    [[from, 'X-Mine: =?utf-8?q?x?='], 'ada@example.com'],
    [[from, 'To: grace@recipient.example', 'X-Cc: x'], 'ada@example.com'],
  ])('with %j is from %s', (lines, expected) => check(lines, expected));

  test.each([
    [['Subject: hi'], 'from-header-mismatch'],
    [[from, 'From: eve@evil.example'], 'from-header-mismatch'],
    [[from, 'from: ada@example.com'], 'from-header-mismatch'],
    [[from, 'Sender: a@b.example', 'Sender: c@d.example'], 'from-header-mismatch'],
    [['From: ada@example.com,', ' eve@evil.example'], 'from-header-mismatch'],
    [['From: ada@example.com (eve)'], 'from-header-mismatch'],
    [['From: Friends: ada@example.com;'], 'from-header-mismatch'],
    [[from, 'Sender: nobody'], 'from-header-mismatch'],
    [[from, 'Subject: hi\rFrom: eve@evil.example'], 'header-injection'],
    [[from, 'Subject: hi\u0000'], 'header-injection'],
    [[from, 'Subject: hi\u000bFrom: eve@evil.example'], 'header-injection'],
    [[from, 'X-SES-CONFIGURATION-SET: other'], 'header-reserved'],
    [[from, 'x-ses-message-tags: gs-message=forged'], 'header-reserved'],
    [[from, 'X-SES-SOURCE-ARN: arn:aws:ses:eu-west-1:1:identity/x'], 'header-reserved'],
    [[from, 'Return-Path: <eve@evil.example>'], 'header-reserved'],
    [[from, 'Cc: victim@recipient.example'], 'header-reserved'],
    [[from, 'BCC:', ' victim@recipient.example'], 'header-reserved'],
    [[from, 'Resent-To: victim@recipient.example'], 'header-reserved'],
    [[from, 'Resent-From: eve@evil.example'], 'header-reserved'],
    [[from, 'no colon here'], 'invalid-field'],
    [['From : ada@example.com'], 'invalid-field'],
    [['\ufeffFrom: ada@example.com'], 'invalid-field'],
    [[' From: ada@example.com'], 'invalid-field'],
  ])('with %j is refused as %s', (lines, reason) => check(lines, reason));

  test('without a blank line after its headers is refused', () => {
    const checked = checkRawMessage(Buffer.from(`${from}\r\nSubject: hi`));
    expect(checked).toMatchObject({ ok: false, reason: 'invalid-field' });
  });

  test('whose headers never end is refused after a bounded look', () => {
    const checked = checkRawMessage(Buffer.from(`${from}\r\nX: ${'y'.repeat(5_000_000)}\r\n\r\n`));
    expect(checked).toMatchObject({ ok: false, reason: 'invalid-field' });
  });

  test('may hold anything in its body', () => {
    const body = `${from}\r\n\r\nFrom: eve@evil.example\r\nX-SES-A: b\r\n\u0000\r`;
    expect(checkRawMessage(Buffer.from(body))).toMatchObject({ ok: true });
  });
});

/** Pieces an attacker would try, glued together at random. */
const piece = fc.constantFrom(
  'From',
  'from',
  'From ',
  'Sender',
  'Subject',
  'X-A',
  ':',
  ': ',
  ' ',
  '\t',
  '\r\n',
  '\n',
  '\r',
  '\r\n ',
  '\n\t',
  '\n\r\n',
  ',',
  ';',
  '<',
  '>',
  '"',
  '\\',
  '(',
  ')',
  'Ada',
  'ada@example.com',
  '<ada@example.com>',
  'eve@evil.example',
  '<eve@evil.example>',
  '=?utf-8?q?eve=40evil.example?=',
  '=?utf-8?B?',
  '?=',
  '\u0000',
  '\u0085',
  '\u2028',
  '\u00a0',
  'é',
  '/',
  '%40',
  '[',
  ']',
  'Group:',
  'ada@example.com/.evil.example',
);
const glued = (most: number) =>
  fc.array(piece, { maxLength: most }).map((pieces) => pieces.join(''));
const header = glued(14);
/** An honest header bent a little: most of these are let through. */
const bent = fc
  .tuple(glued(2), glued(1), glued(1))
  .map(([before, after, other]) => `From: ${before}<ada@example.com>${after}\r\nX-A: b${other}`);
const message = fc
  .tuple(header, fc.constantFrom('From: ', 'From: Ada ', 'From:'), header, header)
  .map(([before, start, value, after]) => `${before}\r\n${start}${value}\r\n${after}\r\n\r\nhello`);

describe('for every header that is let through', () => {
  test('two other parsers find exactly the sender that was judged', async () => {
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          message,
          bent.map((headers) => `${headers}\r\n\r\n`),
        ),
        async (text) => {
          const checked = checkRawMessage(Buffer.from(text));
          if (!checked.ok) return;
          passed += 1;
          const judged = checked.senders[0]?.address.toLowerCase();
          const { from: read, headers } = await PostalMime.parse(text);
          expect(headers.filter(({ key }) => key === 'from')).toHaveLength(1);
          expect(read?.address?.toLowerCase()).toBe(judged);
          if (!text.includes('=?')) expect(extract(text).from?.address.toLowerCase()).toBe(judged);
        },
      ),
      { numRuns: 1500 },
    );
    // Otherwise the law would hold for want of cases.
    expect(passed).toBeGreaterThan(100);
  });
});
