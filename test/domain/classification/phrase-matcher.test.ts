import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePhrases } from '../../../domain/classification/phrase-matcher.ts';

const says = (phrase: string, text: string) =>
  compilePhrases([{ phrase, meaning: true }], { who: 'user|mailbox' })(text.split(' ')).length > 0;

test.each([
  ['user unknown', 'the user unknown here', true],
  ['user unknown', 'user is unknown', false],
  ['user ~ unknown', 'user is really quite clearly unknown', true],
  ['user ~ unknown', 'user is really and quite clearly unknown', false],
  ['user ~ unknown', 'user . unknown', false],
  ['user unknown', 'user @a @h unknown', true],
  ['grey ?white list', 'grey list', true],
  ['grey ?white list', 'grey white list', true],
  ['block* by', 'blocked by', true],
  ['{who} full', 'mailbox full', true],
  ['@h does not', '@h does not', true],
  ['too many ~ many calls', 'too many of many calls', true],
  // The first place that fits is not the only one that is tried.
  ['a ~ b c', 'a b x b c', true],
])('"%s" in "%s": %s', (phrase, text, expected) => expect(says(phrase, text)).toBe(expected));

test.each(['?a b', 'ab* d', '{nobody} here', 'a ?b'])('"%s" is a mistake in a table', (phrase) =>
  expect(() => compilePhrases([{ phrase, meaning: true }], {})).toThrow(`phrase "${phrase}"`),
);

test('words that stand before or after a phrase do not hide it', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  fc.assert(
    fc.property(fc.array(word), fc.array(word), (before, after) =>
      says('mailbox ~ full', [...before, 'mailbox', 'is', 'full', ...after].join(' ')),
    ),
  );
});
