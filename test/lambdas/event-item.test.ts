/** An SES event is one write unit, whatever others wrote into it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toItem } from '../../adapters/items.ts';
import { judgeFeedback } from '../../domain/feedback.ts';
import { eventItemOf } from '../../lambdas/feedback/event-item.ts';
import { storedBytes } from '../support/stored-bytes.ts';

const sesMessageId = '0100019cb0d7a1f3-0f1d2c3b-4a59-6877-8695-a4b3c2d1e0f9-000000';
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 2000 }),
  fc.constant('💥'.repeat(900)),
  fc.constant('smtp; 550 5.1.1 unknown user '.repeat(100)),
);
const report = fc.record(
  {
    kind: fc.constantFrom('bounce', 'complaint', 'renderingfailure', 'deliverydelay', 'delivery'),
    at: fc.constant(Date.parse('2026-03-01T09:00:00.123Z')),
    type: text,
    status: text,
    diagnostic: text,
    reported: text,
    message: fc.constant({ messageId: 'm'.repeat(22), recipientIndex: 49 }),
  },
  { requiredKeys: ['kind', 'at'] },
);

test('is at most 1024 bytes, tagged or not', () => {
  fc.assert(
    fc.property(report, (given) => {
      const full = { ...given, sesMessageId, mailAt: 0, digest: 'd'.repeat(12) };
      const about = { recipientKey: 'k'.repeat(22), ttl: 1_775_206_799 };
      const item = eventItemOf(full, judgeFeedback(full), about);
      expect(storedBytes(toItem(item))).toBeLessThanOrEqual(1024);
    }),
  );
});

test('keeps six hundred characters of a reply, and never half of one', () => {
  const about = { recipientKey: undefined, ttl: 1 };
  const given = { kind: 'bounce', at: 0, sesMessageId, mailAt: 0, digest: 'd' };
  const kept = (diagnostic: string) => eventItemOf({ ...given, diagnostic }, {}, about).diagnostic;
  expect(kept('x'.repeat(700))).toBe('x'.repeat(600));
  expect(kept(`${'x'.repeat(598)}💥`)).toBe('x'.repeat(598));
});
