import { metrics } from '../../contract/metrics.ts';
import { parseRequest } from '../../contract/parse-request.ts';
import type { KeptMail } from '../../contract/stored-attempt.ts';
import { type EpochMs, secondMs } from '../../domain/time.ts';
import type { Job } from './job.ts';
import type { DispatchPorts } from './ports.ts';
import type { Entry } from './send-attempt.ts';

/**
 * Keeps what an attempt is about to hand to SES, where the stream asks for it, and returns what its item
 * says of that. It comes before the item, so that the item never points to what was not kept. A copy that
 * cannot be written is counted and the mail leaves all the same: nothing that was promised hangs on it.
 */
export async function keepAttempt(
  attempt: {
    readonly attemptId: string;
    readonly at: EpochMs;
    readonly entries: readonly Entry[];
  },
  ports: DispatchPorts,
): Promise<{ readonly storedSeconds?: number }> {
  const { storeSeconds } = ports.policy;
  const { attemptId, at, entries } = attempt;
  // What is sent once more is not sent a third time.
  if (storeSeconds === undefined || entries.every(({ rescue }) => rescue)) return {};
  const expiresAt = at + storeSeconds * secondMs;
  try {
    const { stream } = ports;
    const mails = mailsOf(entries);
    await ports.storeAttempt({ version: 1, attemptId, stream, at, expiresAt, mails });
    return { storedSeconds: storeSeconds };
  } catch (error) {
    ports.tally.failure(error);
    ports.tally.count(metrics.unkept, entries.length);
    return {};
  }
}

/** Each request once, with its recipients in this attempt. */
function mailsOf(entries: readonly Entry[]): KeptMail[] {
  const mails = new Map<Job, KeptMail>();
  for (const { job, recipient, pool } of entries) {
    const mail = mails.get(job) ?? {
      messageId: job.messageId,
      tenant: job.request.tenant,
      content: contentOf(job),
      recipients: [],
    };
    const { index, key, address, name, data } = recipient;
    mail.recipients.push({
      index,
      key,
      address: address.address,
      ...(name === undefined ? {} : { name }),
      data: { ...data },
      pool,
    });
    mails.set(job, mail);
  }
  return [...mails.values()];
}

/** What came by pointer stays one: ten bodies of 30 MB would not fit a function's memory twice. */
function contentOf({ record, request, pointsToContent }: Job): KeptMail['content'] {
  const came = pointsToContent ? parseRequest(record.body) : undefined;
  if (came?.ok && came.request.kind === 'stored') return { s3Key: came.request.s3Key };
  if (request.kind === 'message') return { request };
  const { recipients: _, ...shared } = request;
  return { request: shared };
}
