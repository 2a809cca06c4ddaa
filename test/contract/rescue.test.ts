import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRescue, writeRescue } from '../../contract/rescue.ts';

const messageId = fc.stringMatching(/^[A-Za-z0-9_-]{22}$/);

test('what asks for a rescue is read as it was written', () => {
  fc.assert(
    fc.property(messageId, fc.nat(99), fc.uuid(), (id, recipientIndex, rescue) => {
      const asked = { rescue, messageId: id, recipientIndex };
      expect(readRescue(writeRescue(asked))).toEqual(asked);
    }),
  );
});

test('no other body is taken for it, nor one that carries more', () => {
  const body = writeRescue({ rescue: 'd1', messageId: 'm'.repeat(22), recipientIndex: 0 });
  const others = [
    '',
    'not json',
    '{"kind":"rescue",',
    ' '.concat(body),
    body.replace('rescue"', 'message"'),
    body.replace('}', ',"content":{"text":"mine"}}'),
    body.replace(':0}', ':100}'),
    body.padEnd(301),
  ];
  expect(others.map(readRescue)).toEqual(others.map(() => undefined));
});
