import type { Job, JobRecipient } from './job.ts';
import type { JudgedJob } from './judge-jobs.ts';

/** One attempt: recipients of several small jobs, or a part of a large one. */
export type PackedAttempt = {
  readonly attemptId: string;
  readonly parts: readonly { readonly job: Job; readonly recipients: readonly JobRecipient[] }[];
};

/**
 * Packs recipients in order into attempts of at most `size`. It happens before the claims, which name
 * the attempts a job may be in, so that a later delivery can tell what was sent and what was not.
 */
export function packAttempts(
  jobs: readonly JudgedJob[],
  size: number,
  newAttemptId: () => string,
): readonly PackedAttempt[] {
  const attempts: {
    attemptId: string;
    parts: { job: Job; recipients: JobRecipient[] }[];
    room: number;
  }[] = [];
  for (const { job, recipients } of jobs)
    for (let from = 0; from < recipients.length; ) {
      const last = attempts.at(-1);
      const open =
        last && last.room > 0 ? last : { attemptId: newAttemptId(), parts: [], room: size };
      if (open !== last) attempts.push(open);
      const part = recipients.slice(from, from + open.room);
      open.parts.push({ job, recipients: part });
      open.room -= part.length;
      from += part.length;
    }
  return attempts.map(({ attemptId, parts }) => ({ attemptId, parts }));
}

/** Returns, by recipient index, the attempt that a recipient of a job is in. */
export function attemptIdsOf(
  attempts: readonly PackedAttempt[],
  job: Job,
): ReadonlyMap<number, string> {
  return new Map(
    attempts.flatMap(({ attemptId, parts }) =>
      parts.flatMap((part) =>
        part.job === job ? part.recipients.map(({ index }) => [index, attemptId] as const) : [],
      ),
    ),
  );
}
