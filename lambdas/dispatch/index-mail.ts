import { type IndexedMail, writeIndexes } from '../../adapters/mail-index.ts';
import type { AttemptResult } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Job, JobRecipient } from './job.ts';
import type { DispatchPorts } from './ports.ts';

/** One recipient to be found later, with what SES said where it was asked. */
export type Indexable = {
  readonly job: Job;
  readonly recipient: Pick<JobRecipient, 'index' | 'key'>;
  readonly result?: AttemptResult | undefined;
};

/**
 * Writes the indexes that are switched on. They are best effort: a crash before, or a table that does not
 * take them, leaves mail that is found by its id alone; it is counted, and no mail waits or repeats.
 */
export async function indexMail(
  found: readonly Indexable[],
  at: EpochMs,
  ports: DispatchPorts,
): Promise<void> {
  const { indexes = [] } = ports.policy;
  if (indexes.length === 0 || found.length === 0) return;
  const mails = found.map(indexed);
  try {
    const leftCount = await writeIndexes(ports.ledger, indexes, { at, mails });
    ports.tally.count(metrics.unindexed, leftCount);
  } catch (error) {
    ports.tally.failure(error);
    ports.tally.count(metrics.unindexed, mails.length);
  }
}

function indexed({ job, recipient, result }: Indexable): IndexedMail {
  return {
    messageId: job.messageId,
    recipientIndex: recipient.index,
    recipientKey: recipient.key,
    tenant: job.request.tenant,
    ...(result && 'ses' in result ? { sesMessageId: result.ses } : {}),
  };
}
