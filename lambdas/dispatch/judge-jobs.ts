import type { DecidedOutcome } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { recipientKey } from '../../domain/address.ts';
import { judgeRecipients } from '../../domain/gate.ts';
import { subjectProblem } from '../../domain/subject-data.ts';
import { rejectedRecipient } from './conclude-job.ts';
import { indexMail } from './index-mail.ts';
import { type Job, type JobRecipient, recipientsOf } from './job.ts';
import type { DispatchPorts } from './ports.ts';

/** A job with its recipients judged: those that may be sent to, and what was decided about the others. */
export type JudgedJob = {
  readonly job: Job;
  readonly recipients: readonly JobRecipient[];
  readonly decided: Readonly<Record<string, DecidedOutcome>>;
  /** Recipients that may not be sent to. */
  readonly suppressed: readonly JobRecipient[];
};

/**
 * Returns each job with its recipients judged: addresses SES would refuse and repeated ones are
 * rejected, suppressed ones are not sent to. One look at the suppression list for the whole batch.
 * @throws when the list cannot be read: every mail of the batch then waits
 */
export async function judgeJobs(
  jobs: readonly Job[],
  ports: DispatchPorts,
): Promise<readonly JudgedJob[]> {
  const judged = jobs.map((job) => judgeAddresses(job, ports.recipientSecret));
  const questions = judged.flatMap(({ job, recipients }) =>
    recipients.map(({ key }) => ({ recipientKey: key, tenant: job.request.tenant })),
  );
  const suppressions = await ports.readSuppressions(questions, ports.clock());
  return judged.map(({ job, recipients, decided }) => {
    const suppressed = recipients.flatMap(({ key, index }) => {
      const found = suppressions.get(`${key}|${job.request.tenant}`);
      return found
        ? [[String(index), { outcome: 'suppressed' as const, reason: found.reason }] as const]
        : [];
    });
    const gone = new Set(suppressed.map(([index]) => Number(index)));
    return {
      job,
      recipients: recipients.filter(({ index }) => !gone.has(index)),
      decided: { ...decided, ...Object.fromEntries(suppressed) },
      suppressed: recipients.filter(({ index }) => gone.has(index)),
    };
  });
}

/** Counts and indexes what was decided without SES and tells the app of recipients that were refused. */
export async function tellDecided(
  { job, decided, suppressed }: JudgedJob,
  ports: DispatchPorts,
): Promise<void> {
  const found = suppressed.map((recipient) => ({ job, recipient }));
  await indexMail(found, ports.clock(), ports);
  const entries = Object.entries(decided);
  const rejected = entries.filter(([, { outcome }]) => outcome === 'rejected');
  ports.tally.count(metrics.suppressed, entries.length - rejected.length);
  ports.tally.count(metrics.rejected, rejected.length);
  if (rejected.length > 0)
    await ports.publishRejected(
      rejected.map(([index, why]) => rejectedRecipient(job, Number(index), why, ports.stream)),
    );
}

function judgeAddresses(job: Job, secret: string): Omit<JudgedJob, 'suppressed'> {
  const given = recipientsOf(job.request);
  const subject = subjectOf(job);
  const recipients: JobRecipient[] = [];
  const decided: Record<string, DecidedOutcome> = {};
  for (const [index, verdict] of judgeRecipients(given.map(({ address }) => address)).entries()) {
    const { name, data = {} } = given[index] ?? {};
    const problem = subject === undefined ? undefined : subjectProblem(subject, data);
    if (problem !== undefined)
      decided[index] = { outcome: 'rejected', reason: 'header-injection', detail: problem };
    else if (verdict.ok)
      recipients.push({
        index,
        address: verdict.address,
        key: recipientKey(verdict.address, secret),
        data,
        ...(name ? { name } : {}),
      });
    else decided[index] = { outcome: 'rejected', reason: verdict.reason, detail: verdict.detail };
  }
  return { job, recipients, decided };
}

/** The subject that SES will render for each recipient; a stored template's is not ours to see. */
function subjectOf({ request }: Job): string | undefined {
  return request.kind === 'batch' && 'subject' in request.content
    ? request.content.subject
    : undefined;
}
