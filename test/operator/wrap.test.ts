import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrapText } from '../../operator/cli/wrap.ts';

const word = fc.stringMatching(/^[a-z0-9@.-]{1,30}$/);
const line = fc
  .tuple(fc.nat(8), fc.array(word, { minLength: 1, maxLength: 30 }))
  .map(([indent, words]) => ' '.repeat(indent) + words.join(' '));

test('no line is longer than the width, but for a word that is, and no word is lost or broken', () => {
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 5 }),
      fc.integer({ min: 20, max: 80 }),
      (lines, width) => {
        const text = lines.join('\n');
        const wrapped = wrapText(text, width);
        expect(wrapped.split(/\s+/)).toEqual(text.split(/\s+/));
        for (const one of wrapped.split('\n'))
          if (one.length > width) expect(one.trim()).not.toContain(' ');
      },
    ),
  );
});

test('what a line goes on with stands under its first word', () => {
  expect(wrapText('    next: goodstanding tenants release default', 30)).toBe(
    '    next: goodstanding tenants\n    release default',
  );
});

test('behind a label it stands under what is said', () => {
  expect(wrapText('cause     SES takes no mail of the stream marketing', 30)).toBe(
    'cause     SES takes no mail of\n          the stream marketing',
  );
});

test('a command stays on its line, so that it can be pasted', () => {
  const line = '  npx goodstanding --endpoint http://127.0.0.1:4566 status';
  expect(wrapText(line, 30)).toBe(line);
});
