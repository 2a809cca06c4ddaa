import { setTimeout as sleep } from 'node:timers/promises';
import { localTarget } from '../../adapters/clients.ts';
import type { CheckedRequest } from '../../client/check-request.ts';
import { createOutbox } from '../../client/outbox.ts';
import { createPlaces } from '../../client/places.ts';
import { offloadAboveBytesDefault } from '../../client/queue-batch.ts';
import { messageIdOfQueueMessage } from '../../domain/message-id.ts';
import type { ExpectedRequest } from './expected.ts';

/** A line with what the queue said: SQS's message id, or why it did not take the body. */
export type QueuedRequest = ExpectedRequest & {
  readonly queueMessageId?: string;
  readonly refused?: string;
};

type Line = CheckedRequest & { readonly position: number };

/** Enqueues bodies as they are, good and bad, as an app that checks nothing would. */
export async function enqueue(
  requests: readonly ExpectedRequest[],
  target: { readonly deployment: string; readonly endpoint: string },
): Promise<readonly QueuedRequest[]> {
  // A region of the shell's environment would name a content bucket that is not there.
  const places = createPlaces({ ...localTarget(target.endpoint), ...target });
  const answers = new Map<number, Pick<QueuedRequest, 'queueMessageId' | 'refused'>>();
  const outbox = createOutbox<Line>({
    places,
    settings: {
      offloadAboveBytes: offloadAboveBytesDefault,
      attempts: 5,
      concurrency: 4,
      lingerMs: 0,
    },
    backoff: { draw: Math.random, sleep: (milliseconds) => sleep(milliseconds) },
    settle: ({ position }, answer) => {
      answers.set(
        position,
        answer.taken
          ? { queueMessageId: answer.queueMessageId }
          : { refused: `${answer.refusal.reason}: ${answer.refusal.detail}` },
      );
    },
  });
  for (const [position, { body, stream, tenant, messageId }] of requests.entries())
    await outbox.put({
      ok: true,
      id: '',
      tenant,
      stream,
      messageId: messageId ?? messageIdOfQueueMessage(String(position)),
      body,
      bytes: Buffer.byteLength(body),
      position,
    });
  await outbox.finish();
  places.close();
  return requests.map((request, position) => ({ ...request, ...answers.get(position) }));
}
