import { type IndexedMail, writeIndexes } from '../../adapters/mail-index.ts';
import type { AttemptResult } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Job, JobRecipient } from './job.ts';
import type { DispatchPorts } from './ports.ts';

/** One recipient to be found later, with its way and what SES said where it was asked. */
export type Indexable = {
  readonly job: Job;
  readonly recipient: Pick<JobRecipient, 'index' | 'key'>;
  readonly pool?: string;
  readonly provider?: string;
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
  const mails = found.map((one) => indexed(one, ports.stream));
  try {
    const leftCount = await writeIndexes(ports.ledger, indexes, { at, mails });
    ports.tally.count(metrics.unindexed, leftCount);
  } catch (error) {
    ports.tally.failure(error);
    ports.tally.count(metrics.unindexed, mails.length);
  }
}

function indexed(
  { job, recipient, pool, provider, result }: Indexable,
  stream: string,
): IndexedMail {
  return {
    messageId: job.messageId,
    recipientIndex: recipient.index,
    recipientKey: recipient.key,
    tenant: job.request.tenant,
    stream,
    ...(pool === undefined ? {} : { pool }),
    ...(provider ? { provider } : {}),
    ...known(result),
  };
}

/** Who was not handed to SES and is to be found all the same was suppressed. */
function known(
  result: AttemptResult | undefined,
): Pick<IndexedMail, 'outcome' | 'reason' | 'sesMessageId'> {
  if (!result) return { outcome: 'suppressed' };
  if ('ses' in result) return { outcome: 'accepted', sesMessageId: result.ses };
  return { outcome: result.outcome, reason: result.reason };
}
