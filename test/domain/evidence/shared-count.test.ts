import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Failure } from '../../../domain/evidence/model.ts';
import {
  countForAll,
  groupOf,
  joinGroups,
  noGroups,
} from '../../../domain/evidence/shared-count.ts';
import { signalTraits } from '../../../domain/evidence/signals.ts';
import { failure, midnight } from '../../support/evidence-book.ts';

const countOf = (failures: readonly Failure[], signal: 'block' | 'outage' = 'block') =>
  countForAll(signal, failures.map(groupOf).reduce(joinGroups, noGroups()));

const ofTenant = (tenant: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    failure(`${tenant} ${index}`, midnight, { origin: { tenant } }),
  );
const ofStranger = (recipientDomain: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    failure(`${recipientDomain} ${index}`, midnight, { recipientDomain, vouched: false }),
  );

test('failures of many count in full', () => {
  expect(countOf([...ofTenant('one', 30), ...ofTenant('two', 30)])).toBe(60);
});

test('one campaign counts as much as all others and sixteen more', () => {
  expect(countOf([...ofTenant('one', 500), ...ofTenant('two', 3)])).toBe(16 + 3 + 3);
  expect(countOf(ofTenant('one', 500))).toBe(signalTraits.block.groupMax);
});

test('what nobody vouches for says nothing of what all share', () => {
  const domains = Array.from({ length: 50 }, (_, index) => ofStranger(`d${index}.example`, 10));
  expect(countOf(domains.flat())).toBe(0);
});

test('it supports what is vouched for, one for each recipient domain', () => {
  const stranger = ofStranger('x.example', 40);
  expect(countOf([...ofTenant('one', 3), ...stranger])).toBe(4);
});

test('time-outs bring no words, so they count, but one domain is not a provider', () => {
  expect(countOf(ofStranger('x.example', 40), 'outage')).toBe(40);
  expect(countOf(ofStranger('x.example', 400), 'outage')).toBe(signalTraits.outage.groupMax);
});

test('more failures never count less', () => {
  const anyFailure = fc
    .record({
      tenant: fc.constantFrom('one', 'two', 'three'),
      recipientDomain: fc.constantFrom('x.example', 'y.example'),
      vouched: fc.boolean(),
      weight: fc.constantFrom(0.5, 1, 20),
    })
    .map(({ tenant, ...rest }) => failure('any', midnight, { origin: { tenant }, ...rest }));
  fc.assert(
    fc.property(fc.array(anyFailure), anyFailure, fc.boolean(), (failures, more, isOutage) => {
      const signal = isOutage ? 'outage' : 'block';
      expect(countOf([...failures, more], signal)).toBeGreaterThanOrEqual(
        countOf(failures, signal),
      );
    }),
  );
});
