import fc from 'fast-check';
import { expect, test } from 'vitest';
import { messageIdOf, messageIdOfQueueMessage, requestDigest } from '../../domain/message-id.ts';

test('a message id follows from tenant and id alone and fits an SES tag', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (tenant, id) => {
      expect(messageIdOf(tenant, id)).toBe(messageIdOf(tenant, id));
      expect(messageIdOf(tenant, id)).toMatch(/^[A-Za-z0-9_-]{22}$/);
    }),
  );
});

test('another tenant or another id is another message', () => {
  const ids = [
    messageIdOf('acme', '1'),
    messageIdOf('acme', '2'),
    messageIdOf('acm', 'e1'),
    messageIdOf('default', '1'),
    messageIdOfQueueMessage('1'),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

/** Rebuilds a value with the fields of every object in reverse. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, one]) => [name, reversed(one)]),
  );
}

test('a digest does not depend on the order of fields, at any depth', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(requestDigest(reversed(value))).toBe(requestDigest(value));
    }),
  );
});

test('a digest depends on every value and on the order of lists', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      if (JSON.stringify(one) === JSON.stringify(other)) return;
      expect(requestDigest([one, other])).not.toBe(requestDigest([other, one]));
      expect(requestDigest({ a: one })).not.toBe(requestDigest({ a: [one] }));
    }),
  );
});
