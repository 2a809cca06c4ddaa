import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { classify } from '../../../domain/classification/classify.ts';
import { bounceReasons, traitsOf } from '../../../domain/classification/reasons.ts';

const replies = readFileSync(new URL('../../fixtures/replies.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => z.object({ diagnostic: z.string() }).parse(JSON.parse(line)).diagnostic);

const reply = fc.constantFrom(...replies);
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(reply, { maxLength: 4 }).map((parts) => parts.join('\r\n')),
  fc.tuple(reply, fc.string()).map((parts) => parts.join('<')),
);
const queueId = fc.stringMatching(/^[0-9a-f]{10,16}$/);
const localPart = fc.stringMatching(/^[a-z][a-z0-9.+-]{0,20}[a-z]$/);

const reasonOf = (diagnostic: string) => classify({ diagnostic }).reason;

test('every text has one of the reasons with its own traits, and a confidence of 0 to 1', () => {
  fc.assert(
    fc.property(text, fc.string(), fc.string(), (diagnostic, status, bounceSubType) => {
      const found = classify({ diagnostic, status, bounceType: 'Permanent', bounceSubType });
      expect(Object.keys(bounceReasons)).toContain(found.reason);
      expect(found).toMatchObject({
        blames: traitsOf(found.reason).blames,
        suppress: traitsOf(found.reason).suppress,
      });
      expect(found.confidence).toBeGreaterThanOrEqual(0);
      expect(found.confidence).toBeLessThanOrEqual(1);
    }),
  );
});

test('case, line ends and how lines are wrapped mean nothing', () => {
  fc.assert(
    fc.property(reply, fc.nat(), (diagnostic, seed) => {
      const wrapped = diagnostic
        .split(' ')
        .map((word, index) => ((seed >> (index % 30)) & 1 ? `${word}\r\n  ` : `${word} `))
        .join('');
      const expected = reasonOf(diagnostic);
      expect(reasonOf(wrapped)).toBe(expected);
      expect(reasonOf(diagnostic.toUpperCase())).toBe(expected);
    }),
  );
});

test('a reply of several lines is read as one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), (at) => {
      const words =
        '550-5.7.1 Our system has detected that this message is likely unsolicited mail.'.split(
          ' ',
        );
      const folded = [...words.slice(0, at), '\r\n550-5.7.1', ...words.slice(at)].join(' ');
      expect(reasonOf(folded)).toBe('spam-content');
    }),
  );
});

test('queue ids and addresses mean nothing', () => {
  fc.assert(
    fc.property(reply, queueId, localPart, (diagnostic, id, local) => {
      const expected = reasonOf(diagnostic);
      expect(reasonOf(`${diagnostic} [${id}]`)).toBe(expected);
      const renamed = diagnostic.replaceAll('grace@', `${local}@`);
      expect(reasonOf(renamed)).toBe(expected);
    }),
  );
});

test('no reply that speaks of our standing suppresses, whatever SES calls it', () => {
  const blocks = replies.filter((diagnostic) => reasonOf(diagnostic).includes('block'));
  expect(blocks.length).toBeGreaterThan(30);
  fc.assert(
    fc.property(
      fc.constantFrom(...blocks),
      fc.constantFrom('Permanent', 'Transient', 'Undetermined'),
      fc.constantFrom('General', 'NoEmail', 'MailboxFull', 'ContentRejected', 'New'),
      fc.constantFrom('5.7.1', '5.0.0', '5.1.1', '4.4.7'),
      (diagnostic, bounceType, bounceSubType, status) => {
        const found = classify({ diagnostic, bounceType, bounceSubType, status });
        expect(found.reason).toContain('block');
        expect(found.suppress).toBe(false);
      },
    ),
  );
});

test('hostile text of any length is read in bounded work', () => {
  const pieces = [
    '<',
    '550 ',
    '550-',
    'a@',
    'user ',
    'user unknown ',
    '1.2.3.4',
    'a.',
    ':::',
    'message expired',
    'message expired <',
    '--',
    "'",
    'x',
    '[192.0.2.1] ',
    'to protect spam ',
    'http://',
    'é',
    '迷',
  ];
  for (const piece of pieces) {
    const long = piece.repeat(Math.ceil(100_000 / piece.length));
    // What stands beyond the part that is read changes nothing, so no work is done on it.
    expect(classify({ diagnostic: long })).toEqual(classify({ diagnostic: long.slice(0, 4096) }));
  }
});
