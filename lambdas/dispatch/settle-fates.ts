import { carriedDeliveries } from '../../domain/failures.ts';
import { epochMs, minuteMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import type { Fate } from './job.ts';
import type { DispatchPorts } from './ports.ts';

type Later = Extract<Fate, { kind: 'later' }>;

/**
 * The longest wait within the queue. A message that waits there is in flight, SQS lets about 120,000 be so,
 * and each return counts as a receive; SQS's delay, by which the due function returns mail to the second,
 * is as long.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const queueWaitMaxMs = 15 * minuteMs;

/**
 * Sees to what each message does next and returns the ids of those that stay in the queue: a short wait
 * passes there, a longer one in the content bucket, from which the due function returns the message.
 */
export async function settleFates(
  fates: ReadonlyMap<QueueRecord, Fate>,
  ports: DispatchPorts,
): Promise<readonly string[]> {
  const staying = await Promise.all(
    [...fates].map(async ([record, fate]) => {
      if (fate.kind !== 'later' || (await leavesQueue(record, fate, ports))) return [];
      // Where this fails the queue's own visibility time-out brings the message back.
      await ports
        .returnLater(record, waitMs(fate, ports))
        .catch((error: unknown) => ports.tally.failure(error));
      return [record.queueMessageId];
    }),
  );
  return staying.flat();
}

/**
 * Puts a message that waits long into the bucket and returns whether it is there; only then may the queue
 * forget it. A crash between the two leaves both, and the ledger lets one of them be sent.
 */
async function leavesQueue(
  record: QueueRecord,
  fate: Later,
  ports: DispatchPorts,
): Promise<boolean> {
  const wait = waitMs(fate, ports);
  if (wait <= queueWaitMaxMs) return false;
  const { queueMessageId, firstQueueMessageId, body, enqueuedAt, receiveCount } = record;
  const { group, attributes } = record;
  const named = fate.named ?? record.named;
  try {
    await ports.putLater(
      {
        stream: ports.stream,
        body,
        queueMessageId,
        firstQueueMessageId,
        enqueuedAt,
        dueAt: epochMs(ports.clock() + wait),
        receiveCount: carriedDeliveries(receiveCount),
        ...(group === undefined ? {} : { group }),
        attributes,
        ...(named === undefined ? {} : { named }),
      },
      fate.messageId ?? queueMessageId,
    );
    return true;
  } catch (error) {
    ports.tally.failure(error);
    return false;
  }
}

function waitMs({ afterMs, until }: Later, { clock }: DispatchPorts): number {
  return until === undefined ? afterMs : until - clock();
}
