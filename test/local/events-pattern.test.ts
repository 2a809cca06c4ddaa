import { expect, test } from 'vitest';
import type { JsonObject } from '../../local/aws.ts';
import { compilePattern } from '../../local/emulators/events/event-pattern.ts';

const event: JsonObject = {
  source: 'goodstanding.rotation',
  'detail-type': 'Pool Quarantined',
  detail: {
    pool: 'marketing-1',
    ratio: 0.07,
    count: 300,
    note: null,
    tags: ['cold', 'EU'],
    moves: [
      { from: 'a', to: 'b' },
      { from: 'c', to: 'd' },
    ],
  },
};

test.each<[string, JsonObject, boolean]>([
  ['an exact value', { source: ['goodstanding.rotation'] }, true],
  ['one of several values', { source: ['x', 'goodstanding.rotation'] }, true],
  ['another value', { source: ['x'] }, false],
  ['all fields', { source: ['goodstanding.rotation'], detail: { pool: ['x'] } }, false],
  ['a number', { detail: { count: [300] } }, true],
  ['a number as text', { detail: { count: ['300'] } }, false],
  ['null', { detail: { note: [null] } }, true],
  ['a value of a list', { detail: { tags: ['cold'] } }, true],
  ['a prefix', { source: [{ prefix: 'goodstanding.' }] }, true],
  ['a prefix in another case', { source: [{ prefix: { 'equals-ignore-case': 'GOOD' } }] }, true],
  ['a suffix', { detail: { pool: [{ suffix: '-1' }] } }, true],
  ['a wildcard', { detail: { pool: [{ wildcard: 'mark*-*' }] } }, true],
  ['a wildcard that does not fit', { detail: { pool: [{ wildcard: 'mark*-2' }] } }, false],
  ['equals-ignore-case', { detail: { tags: [{ 'equals-ignore-case': 'eu' }] } }, true],
  ['anything-but the value', { detail: { pool: [{ 'anything-but': 'marketing-1' }] } }, false],
  ['anything-but others', { detail: { pool: [{ 'anything-but': ['a', 'b'] }] } }, true],
  ['anything-but its prefix', { detail: { pool: [{ 'anything-but': { prefix: 'm' } }] } }, false],
  ['anything-but of a missing field', { detail: { none: [{ 'anything-but': 'a' }] } }, false],
  ['a field that exists', { detail: { ratio: [{ exists: true }] } }, true],
  ['an object, which is no value', { detail: [{ exists: true }] }, false],
  ['a field that must not exist', { detail: { ratio: [{ exists: false }] } }, false],
  ['a missing field that must not exist', { detail: { x: { y: [{ exists: false }] } } }, true],
  ['a number above', { detail: { ratio: [{ numeric: ['>', 0.05] }] } }, true],
  ['a number in a range', { detail: { count: [{ numeric: ['>=', 300, '<', 301] }] } }, true],
  ['a number outside a range', { detail: { count: [{ numeric: ['>', 300, '<', 301] }] } }, false],
  ['the same object of a list', { detail: { moves: { from: ['a'], to: ['b'] } } }, true],
  ['different objects of a list', { detail: { moves: { from: ['a'], to: ['d'] } } }, false],
  ['either of two', { $or: [{ source: ['x'] }, { detail: { count: [300] } }] }, true],
  ['neither of two', { detail: { $or: [{ count: [1] }, { ratio: [1] }] } }, false],
])('a pattern for %s', (_what, pattern, matches) => {
  expect(compilePattern(pattern)(event)).toBe(matches);
});

test.each<[JsonObject, string]>([
  [{ source: 'x' }, 'allowed is a list of values or an object'],
  [{ source: [{ cidr: '10.0.0.0/8' }] }, 'allowed here is one of'],
  [{ source: [{ numeric: ['>'] }] }, 'comparison one of'],
  [{ source: [{ exists: 'yes' }] }, 'allowed are true and false'],
  [{ $or: [{ source: ['x'] }] }, 'a list of two or more patterns'],
])('a pattern that EventBridge would not take is refused: %o', (pattern, message) => {
  expect(() => compilePattern(pattern)).toThrow(message);
});
