import type { SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { checkRequest } from '../../client/check-request.ts';
import type { Places } from '../../client/places.ts';
import { queueBatch } from '../../client/queue-batch.ts';
import { message } from './requests.ts';

type Entry = { readonly Id: string; readonly MessageBody: string };
type Failed = { readonly Id: string; readonly Code: string; readonly SenderFault: boolean };

/** An SQS that answers each call as the next of `answers` says: the failures among its entries, or an error. */
function placesAnswering(
  answers: readonly ((entries: readonly Entry[]) => readonly Failed[] | Error)[],
) {
  const calls: (readonly Entry[])[] = [];
  const send = async ({ input }: { readonly input: { readonly Entries: readonly Entry[] } }) => {
    const answer = (answers[calls.length] ?? (() => []))(input.Entries);
    calls.push(input.Entries);
    if (answer instanceof Error) throw answer;
    const failed = new Set(answer.map(({ Id }) => Id));
    return {
      Failed: answer,
      Successful: input.Entries.filter(({ Id }) => !failed.has(Id)).map(({ Id }) => ({
        Id,
        MessageId: `sqs-${Id}`,
      })),
    };
  };
  const places: Pick<Places, 'sqs' | 'queueUrl'> = {
    // Only `send` is used; the emulator never fails one entry of a batch, so it cannot stand in.
    sqs: { send } as unknown as SQSClient,
    queueUrl: async () => 'http://127.0.0.1/000000000000/q',
  };
  return { places: places as Places, calls };
}

function requests(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const checked = checkRequest(message({ id: `id-${index}` }), 0);
    if (!checked.ok) throw new Error(checked.detail);
    return checked;
  });
}

function retry(attempts: number) {
  const waits: number[] = [];
  return {
    attempts,
    draw: () => 1,
    waits,
    sleep: async (milliseconds: number) => void waits.push(milliseconds),
  };
}

const busy = (Id: string): Failed => ({ Id, Code: 'InternalError', SenderFault: false });

test('tries again only those that SQS did not take, and keeps the places', async () => {
  const { places, calls } = placesAnswering([() => [busy('1'), busy('2')], () => [busy('2')]]);
  const setting = retry(5);
  const answers = await queueBatch(places, requests(4), setting);
  expect(answers).toEqual(
    ['0', '1', '2', '3'].map((id) => ({ taken: true, queueMessageId: `sqs-${id}` })),
  );
  expect(calls.map((entries) => entries.map(({ Id }) => Id))).toEqual([
    ['0', '1', '2', '3'],
    ['1', '2'],
    ['2'],
  ]);
  expect(setting.waits).toEqual([400, 800]);
});

test('gives up after the allowed attempts and says that a repetition may help', async () => {
  const { places, calls } = placesAnswering(Array.from({ length: 9 }, () => () => [busy('0')]));
  const answers = await queueBatch(places, requests(1), retry(3));
  expect(calls).toHaveLength(3);
  expect(answers).toMatchObject([
    { taken: false, refusal: { reason: 'aws-unavailable', retryable: true } },
  ]);
});

test("never repeats what SQS calls the sender's fault", async () => {
  const fault: Failed = { Id: '0', Code: 'InvalidMessageContents', SenderFault: true };
  const { places, calls } = placesAnswering([() => [fault]]);
  const answers = await queueBatch(places, requests(2), retry(5));
  expect(calls).toHaveLength(1);
  expect(answers).toMatchObject([
    { taken: false, refusal: { reason: 'aws-refused', retryable: false } },
    { taken: true },
  ]);
});

test('repeats a call that was throttled or found no network', async () => {
  const throttled = Object.assign(new Error('slow down'), {
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 400 },
  });
  const { places } = placesAnswering([() => throttled, () => new Error('ECONNRESET')]);
  expect(await queueBatch(places, requests(1), retry(5))).toMatchObject([{ taken: true }]);
});

test('does not repeat a call that AWS refuses', async () => {
  const denied = Object.assign(new Error('not allowed'), {
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 403 },
  });
  const { places, calls } = placesAnswering([() => denied]);
  const answers = await queueBatch(places, requests(1), retry(5));
  expect(calls).toHaveLength(1);
  expect(answers).toMatchObject([{ refusal: { reason: 'aws-refused', retryable: false } }]);
});
