/** Goal: a parser that remembers says what it would say without. Method: both, beside each other, again and again. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ExpressionParser,
  rememberExpressions,
} from '../../local/emulators/dynamodb/remembered-expressions.ts';

const require = createRequire(import.meta.url);

/** Loads a parser of dynalite that nobody has taught to remember. */
function freshParser(name: string): ExpressionParser {
  const path = require.resolve(`dynalite/db/${name}`);
  const loaded = require.cache[path];
  delete require.cache[path];
  const fresh: ExpressionParser = require(path);
  if (loaded !== undefined) require.cache[path] = loaded;
  return fresh;
}

const conditions = [
  'attribute_not_exists(pk) OR #state = :a',
  '#state <> :a AND (size(list) > :b OR list[1].#n IN (:a, :b))',
  'begins_with(#state, :a) AND NOT contains(nested.path, :b)',
  'pk BETWEEN :a AND :b',
  'attribute_type(pk, :a)',
  '#unknown = :a',
  'pk = :nothing',
  'pk = = :a',
];
const updates = [
  'SET #state = :a, total = if_not_exists(total, :b) + :b REMOVE list[2], nested.#n',
  'ADD total :b DELETE names :a',
  'SET list = list_append(list, :a)',
  'SET #state = :a SET total = :b',
];
const value = fc.oneof(
  fc.record({ S: fc.constantFrom('S', 'a', 'b') }),
  fc.record({ N: fc.constantFrom('1', '2') }),
  fc.record({ SS: fc.constant(['x']) }),
  fc.record({ L: fc.constant([{ N: '1' }]) }),
);
const names = fc.constantFrom(
  { '#state': 'state', '#n': 'n' },
  { '#state': 'status', '#n': 'n', '#more': 'm' },
);

test.each([
  ['conditionParser', conditions],
  ['updateParser', updates],
])('law: %s answers the same from memory, and takes the same names and values', (name, texts) => {
  const plain = freshParser(name);
  const remembering = { parse: plain.parse };
  rememberExpressions(remembering);
  const requests = fc.array(
    fc.record({ text: fc.constantFrom(...texts), attrNames: names, a: value, b: value }),
    { minLength: 20, maxLength: 20 },
  );
  fc.assert(
    fc.property(requests, (asked) => {
      for (const { text, attrNames, a, b } of asked) {
        const attrVals = { ':a': a, ':b': b };
        const answerOf = (parser: ExpressionParser) => {
          const context = {
            ...{ attrNames, attrVals, isReserved: () => false, compare: () => false },
            unusedAttrNames: Object.fromEntries(Object.keys(attrNames).map((one) => [one, true])),
            unusedAttrVals: { ':a': true, ':b': true },
          };
          let meaning: unknown;
          try {
            meaning = parser.parse(text, { context });
          } catch (error) {
            meaning = String(error);
          }
          const { unusedAttrNames, unusedAttrVals } = context;
          return { meaning, unusedAttrNames, unusedAttrVals };
        };
        expect(answerOf(remembering)).toEqual(answerOf(plain));
      }
    }),
    { numRuns: 30 },
  );
});

test('who changes an answer does not change the next one', () => {
  const parser = freshParser('conditionParser');
  rememberExpressions(parser);
  const ask = () => {
    const context = {
      ...{ attrNames: {}, attrVals: { ':a': { S: 'x' } }, isReserved: () => false },
      ...{ unusedAttrNames: {}, unusedAttrVals: { ':a': true } },
    };
    return Object(parser.parse(':a < pk', { context }));
  };
  const expected = structuredClone(ask());
  for (let round = 0; round < 2; round += 1) ask().expression.args.length = 0;
  expect(ask()).toEqual(expected);
});
