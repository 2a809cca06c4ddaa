import { expect, test } from 'vitest';
import { signalOf } from '../../../domain/evidence/signals.ts';

test.each([
  ['block-ip-reputation', 'block'],
  ['block-domain-reputation', 'domain'],
  ['spam-content', 'content'],
] as const)('%s asks to slow down while the mail is only put off', (reason, refused) => {
  expect(signalOf(reason, 'delayed')).toBe('deferral');
  expect(signalOf(reason, 'refused')).toBe(refused);
});

test('what says nothing of reputation says nothing when it is put off either', () => {
  expect(signalOf('greylisted', 'delayed')).toBeUndefined();
  expect(signalOf('server-error', 'delayed')).toBe('outage');
});
