import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { inCalls, type PlacedBody, type QueueBody, toEntry } from './intake.ts';

/** A message on its way from one queue to another. */
export type MovingMessage = QueueBody & {
  readonly queueMessageId: string;
  /** SQS's message group id. */
  readonly group: string;
};

/**
 * Puts messages into a queue, as a rule with one call, and returns the old queue message ids of those it
 * took. What is left out may still be there after a time-out; not idempotent, the ledger lets only one of
 * two alike be sent.
 * @throws what SQS throws when it takes none
 */
export async function moveMessages(
  sqs: SQSClient,
  queueUrl: string,
  messages: readonly MovingMessage[],
): Promise<ReadonlySet<string>> {
  const calls = await Promise.allSettled(
    inCalls(messages).map((call) => sendCall(sqs, queueUrl, call)),
  );
  const positions = calls.flatMap((call) => (call.status === 'fulfilled' ? call.value : []));
  const taken = positions.flatMap((position) => messages[position]?.queueMessageId ?? []);
  const failed = calls.find((call) => call.status === 'rejected');
  if (failed && taken.length === 0) throw failed.reason;
  return new Set(taken);
}

async function sendCall(
  sqs: SQSClient,
  QueueUrl: string,
  call: readonly PlacedBody[],
): Promise<readonly number[]> {
  const Entries = call.map(toEntry);
  const { Successful = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  return Successful.map(({ Id }) => Number(Id));
}
