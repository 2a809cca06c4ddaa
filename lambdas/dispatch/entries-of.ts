import { choosePool, type WeightedPool } from '../../domain/assignment.ts';
import { providerOf } from '../../domain/provider.ts';
import type { Job, JobRecipient } from './job.ts';
import type { PackedAttempt } from './pack-attempts.ts';
import type { DispatchPorts } from './ports.ts';
import type { Progress } from './progress.ts';
import type { Entry } from './send-attempt.ts';

/** What a claim lets this delivery send. */
type Claimed = {
  readonly recipients: readonly JobRecipient[];
  readonly again: Progress['again'];
};

/**
 * Returns the recipients of an attempt that are still to be sent to, each with the way its mail takes.
 * @throws when the assignment names no pool that can be used: the mail waits
 */
export function entriesOf(
  parts: PackedAttempt['parts'],
  claimed: ReadonlyMap<Job, Claimed>,
  pools: readonly WeightedPool[],
  ports: DispatchPorts,
): readonly Entry[] {
  return parts.flatMap(({ job, recipients }) => {
    const open = new Set(claimed.get(job)?.recipients);
    const mine = recipients.filter((recipient) => open.has(recipient));
    if (mine.length === 0) return [];
    const chosen = egressOf(job, pools, ports);
    return mine.map((recipient): Entry => {
      const again = claimed.get(job)?.again.get(recipient.index);
      const provider = providerOf(recipient.address.domain);
      return { job, recipient, provider, ...chosen, ...(again ? { again } : {}) };
    });
  });
}

/**
 * A pool that the assignment names before this function's settings do (a deploy is under way) takes no
 * mail yet.
 */
function egressOf(
  job: Job,
  pools: readonly WeightedPool[],
  ports: DispatchPorts,
): { readonly pool: string; readonly configurationSet: string } {
  const { configurationSets } = ports.policy;
  const usable = pools.filter(({ pool }) => Object.hasOwn(configurationSets, pool));
  const pool = choosePool(usable, job.request.tenant, job.request.pool);
  const configurationSet = pool === undefined ? undefined : configurationSets[pool];
  if (pool === undefined || configurationSet === undefined)
    throw new Error(
      `the assignment of ${ports.stream} names no pool that has a configuration set; deploy again`,
    );
  return { pool, configurationSet };
}
