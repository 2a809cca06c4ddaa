import type { StreamAssignment } from '../../adapters/assignment-store.ts';
import { choosePool, type WeightedPool } from '../../domain/assignment.ts';
import type { Provider } from '../../domain/provider.ts';
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
 * Returns the recipients of an attempt that are still to be sent to, each with the way its mail takes: the
 * pool that the assignment of its mailbox provider gives its tenant.
 * @throws when the assignment cannot be read, or names no pool that can be used: the mail waits
 */
export async function entriesOf(
  parts: PackedAttempt['parts'],
  claimed: ReadonlyMap<Job, Claimed>,
  ports: DispatchPorts,
): Promise<readonly Entry[]> {
  const assignment = await ports.readAssignment();
  const open = parts.flatMap(({ job, recipients }) => {
    const mine = new Set(claimed.get(job)?.recipients);
    return recipients.flatMap((recipient) => (mine.has(recipient) ? [{ job, recipient }] : []));
  });
  const providers = await Promise.all(
    open.map(({ recipient }) => ports.providerOf(recipient.address.domain)),
  );
  const egressFor = createEgresses(assignment, ports);
  return open.map(({ job, recipient }, position): Entry => {
    const again = claimed.get(job)?.again.get(recipient.index);
    const provider = providers[position] ?? '';
    const egress = egressFor(job, provider);
    return { job, recipient, provider, ...egress, ...(again ? { again } : {}) };
  });
}

type Egress = { readonly pool: string; readonly configurationSet: string };

/** Fifty recipients of one request ask for few ways: each is worked out once. */
function createEgresses(
  assignment: StreamAssignment,
  ports: DispatchPorts,
): (job: Job, provider: Provider) => Egress {
  const known = new Map<Job, Map<Provider, Egress>>();
  return (job, provider) => {
    const ofJob = known.get(job) ?? new Map<Provider, Egress>();
    const egress =
      ofJob.get(provider) ?? egressOf(job, poolsFor(provider, assignment, ports), ports);
    known.set(job, ofJob.set(provider, egress));
    return egress;
  };
}

/**
 * Returns the pools that take a provider's mail. A pool that the assignment names before this function's settings do (a deploy is under way) takes no
 * mail yet; a provider's own word that names no other then is no word.
 */
export function poolsFor(
  provider: Provider,
  { pools, byProvider }: StreamAssignment,
  { policy }: DispatchPorts,
): readonly WeightedPool[] {
  const isUsable = ({ pool }: WeightedPool) => Object.hasOwn(policy.configurationSets, pool);
  const own = (byProvider.get(provider) ?? []).filter(isUsable);
  return own.length > 0 ? own : pools.filter(isUsable);
}

function egressOf(job: Job, pools: readonly WeightedPool[], ports: DispatchPorts): Egress {
  const { tenant, pool: wanted } = job.request;
  const pool = choosePool(pools, tenant, { key: job.messageId, wanted });
  const configurationSet = pool === undefined ? undefined : ports.policy.configurationSets[pool];
  if (pool === undefined || configurationSet === undefined)
    throw new Error(
      `the assignment of ${ports.stream} names no pool that has a configuration set; deploy again`,
    );
  return { pool, configurationSet };
}
