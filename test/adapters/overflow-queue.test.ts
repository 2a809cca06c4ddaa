import type { SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { type MovingMessage, moveMessages } from '../../adapters/overflow-queue.ts';

type Call = SendMessageBatchCommandInput;

/** An SQS that takes all but the entries that `refuses` names, or fails a whole call. */
function sqsThat(refuses: (call: Call, index: number) => readonly string[] | Error) {
  const calls: Call[] = [];
  const send = async ({ input }: { readonly input: Call }) => {
    const refused = refuses(input, calls.push(input) - 1);
    if (refused instanceof Error) throw refused;
    return { Successful: (input.Entries ?? []).filter(({ Id }) => !refused.includes(Id ?? '')) };
  };
  // Only `send` is used; the emulator never fails one entry of a batch, so it cannot stand in.
  return { sqs: { send } as unknown as SQSClient, calls };
}

function messages(count: number, bytes = 10): readonly MovingMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    queueMessageId: `q${index}`,
    body: 'x'.repeat(bytes),
    group: 'acme',
    attributes: { parkedAt: 'then' },
  }));
}

const ids = (given: readonly MovingMessage[]) =>
  new Set(given.map(({ queueMessageId }) => queueMessageId));

test('ten messages move in one call, with group and attributes', async () => {
  const { sqs, calls } = sqsThat(() => []);
  const given = messages(10);
  expect(await moveMessages(sqs, 'url', given)).toEqual(ids(given));
  expect(calls).toHaveLength(1);
  expect(calls[0]?.QueueUrl).toBe('url');
  expect(calls[0]?.Entries?.[9]).toEqual({
    Id: '9',
    MessageBody: 'xxxxxxxxxx',
    MessageGroupId: 'acme',
    MessageAttributes: { parkedAt: { DataType: 'String', StringValue: 'then' } },
  });
});

test('no call is larger than SQS takes, attributes counted', async () => {
  const { sqs, calls } = sqsThat(() => []);
  const given = messages(4, 524_288);
  expect(await moveMessages(sqs, 'url', given)).toEqual(ids(given));
  expect(calls).toHaveLength(4);
  const smaller = sqsThat(() => []);
  await moveMessages(smaller.sqs, 'url', messages(4, 524_000));
  expect(smaller.calls).toHaveLength(2);
});

test('only what SQS took counts as moved', async () => {
  const { sqs } = sqsThat(() => ['0', '2']);
  expect(await moveMessages(sqs, 'url', messages(4))).toEqual(new Set(['q1', 'q3']));
});

test('a call that fails leaves its own messages alone', async () => {
  const { sqs } = sqsThat((_, index) => (index === 0 ? new Error('down') : []));
  expect(await moveMessages(sqs, 'url', messages(2, 600_000))).toEqual(new Set(['q1']));
});

test('when nothing moved because of a failure, the failure is told', async () => {
  const { sqs } = sqsThat(() => new Error('down'));
  await expect(moveMessages(sqs, 'url', messages(2))).rejects.toThrow('down');
});
