import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Fact, outcomeOf } from '../../domain/outcome.ts';
import { outcomes } from '../../domain/reasons.ts';

const fact: fc.Arbitrary<Fact> = fc.record(
  {
    outcome: fc.constantFrom(...outcomes),
    at: fc.integer({ min: 0, max: 3 }),
    reason: fc.constantFrom('one', 'other'),
  },
  { requiredKeys: ['outcome', 'at'] },
);

function check(names: readonly Fact['outcome'][], expected: string | undefined): void {
  expect(outcomeOf(names.map((outcome, at) => ({ outcome, at })))?.outcome).toBe(expected);
}

test.each<[string, readonly Fact['outcome'][], string | undefined]>([
  ['nothing is known', [], undefined],
  ['a delivery after a bounce does not undo it', ['accepted', 'bounced', 'delivered'], 'bounced'],
  ['a complaint after a delivery stands', ['accepted', 'delivered', 'complained'], 'complained'],
  ['a complaint before a delivery stands', ['complained', 'delivered'], 'complained'],
  ['a mail held, then accepted, is accepted', ['held', 'accepted'], 'accepted'],
  ['a mail parked after being held is parked', ['held', 'parked'], 'parked'],
  [
    'a mail parked, redriven and delivered is delivered',
    ['parked', 'accepted', 'delivered'],
    'delivered',
  ],
  ['a mail held until it expired is expired', ['held', 'expired'], 'expired'],
  ['what SES accepted and then refused is rejected', ['accepted', 'rejected'], 'rejected'],
  ['what SES accepted and did not send is suppressed', ['accepted', 'suppressed'], 'suppressed'],
])('%s', (_, names, expected) => check(names, expected));

test('facts in any order give the same outcome, equal instants included', () => {
  fc.assert(
    fc.property(
      fc
        .array(fact, { maxLength: 8 })
        .chain((facts) =>
          fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })),
        ),
      ([facts, shuffled]) => {
        expect(outcomeOf(shuffled)).toEqual(outcomeOf(facts));
      },
    ),
  );
});

test('a fact told twice changes nothing, and a further fact never takes a mail back', () => {
  const last = (facts: readonly Fact[]) => outcomeOf(facts);
  fc.assert(
    fc.property(fc.array(fact, { minLength: 1, maxLength: 6 }), fact, (facts, more) => {
      expect(last([...facts, ...facts])).toEqual(last(facts));
      const after = last([...facts, more]);
      expect([last(facts), more]).toContainEqual(after);
    }),
  );
});

test('an out-of-office reply, which SES reports as a soft bounce, does not undo a Delivery', () => {
  const delivered = { outcome: 'delivered', at: 1 } as const;
  const soft = { outcome: 'bounced', reason: 'not-a-failure', at: 2 } as const;
  expect(outcomeOf([delivered, soft])).toEqual(delivered);
  expect(outcomeOf([soft, delivered])).toEqual(delivered);
  expect(outcomeOf([{ outcome: 'accepted', at: 0 }, soft])).toEqual(soft);
});
