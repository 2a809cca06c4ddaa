import { type Job, recipientsOf } from './job.ts';

/** Recipients of one portion; two keys each fill one question to the suppression list. */
const portionRecipients = 50;

/**
 * Returns the jobs in order, in portions that are judged, claimed and sent one after another. A batch of
 * ten campaigns takes seconds to leave: what is asked about the last one now would be old by then, and
 * its claim would be open for nothing. A job is never divided.
 */
export function portionsOf(jobs: readonly Job[]): readonly (readonly Job[])[] {
  const portions: Job[][] = [];
  let room = 0;
  for (const job of jobs) {
    const count = recipientsOf(job.request).length;
    const last = portions.at(-1);
    if (last && count <= room) last.push(job);
    else {
      portions.push([job]);
      room = portionRecipients;
    }
    room -= count;
  }
  return portions;
}
