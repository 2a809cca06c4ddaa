/** What Lambda says of an event source mapping, read without its many states between. */
import { expect, test } from 'vitest';
import { createLambda, localTarget } from '../../adapters/clients.ts';
import { type MappingState, readMapping, setMapping } from '../../adapters/event-source.ts';

/** A client that answers with this, or fails under this name. */
function answering(answer: object | string) {
  return Object.assign(createLambda(localTarget('http://127.0.0.1:9')), {
    send: async () => {
      if (typeof answer !== 'string') return answer;
      throw Object.assign(new Error('no'), { name: answer });
    },
  });
}

test.each<[state: string, expected: MappingState]>([
  ['Creating', 'enabled'],
  ['Enabling', 'enabled'],
  ['Enabled', 'enabled'],
  ['Updating', 'enabled'],
  ['Disabling', 'disabled'],
  ['Disabled', 'disabled'],
  ['Deleting', 'gone'],
])('a mapping that is %s counts as %s', async (State, expected) => {
  expect(await readMapping(answering({ State }), 'u1')).toBe(expected);
});

test('a mapping that a deploy removed is gone, and switching it asks for nothing', async () => {
  const lambda = answering('ResourceNotFoundException');
  expect(await readMapping(lambda, 'u1')).toBe('gone');
  expect(await setMapping(lambda, 'u1', 'enabled')).toBe(true);
});

test('while Lambda is busy with the change before, nothing is switched yet', async () => {
  expect(await setMapping(answering('ResourceInUseException'), 'u1', 'enabled')).toBe(false);
  expect(await setMapping(answering({}), 'u1', 'disabled')).toBe(true);
});

test('what Lambda refuses otherwise fails the run', async () => {
  const lambda = answering('TooManyRequestsException');
  await expect(readMapping(lambda, 'u1')).rejects.toThrow('no');
  await expect(setMapping(lambda, 'u1', 'disabled')).rejects.toThrow('no');
});
