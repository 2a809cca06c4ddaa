import type { SendRequest } from '../../contract/send-request.ts';
import { isOver } from '../../domain/gate.ts';
import { type EpochMs, instantOf, secondMs } from '../../domain/time.ts';
import type { DispatchPorts } from './ports.ts';
import type { Entry } from './send-attempt.ts';

/**
 * Nothing is sent to an address that was suppressed longer ago than this: where a mail waited for its
 * departure since its recipient was last looked up, the list is asked once more.
 */
export const lookMaxMs = 5 * secondMs;

/**
 * Returns the entries whose tenants may still send, by what this environment has read within seconds, and
 * whose time is not over. The others get no result: the next delivery of their request is stopped at the gate.
 * @throws when the directory cannot be read: the mail waits
 */
export async function withoutStopped(
  entries: readonly Entry[],
  ports: DispatchPorts,
): Promise<readonly Entry[]> {
  const tenants = await Promise.all(entries.map(({ job }) => ports.readTenant(job.request.tenant)));
  const now = ports.clock();
  return entries.filter(
    ({ job }, position) => tenants[position]?.status === 'active' && !isExpired(job.request, now),
  );
}

/** Tells whether the time until which a request may be sent is over. */
export function isExpired({ expiresAt }: SendRequest, now: EpochMs): boolean {
  return isOver(instantOf(expiresAt), now);
}

/**
 * Returns the entries whose recipients are not suppressed now. The others get no result: the next
 * delivery of their request finds them suppressed and says so.
 * @throws when the list cannot be read: the mail waits
 */
export async function withoutSuppressed(
  entries: readonly Entry[],
  ports: DispatchPorts,
): Promise<readonly Entry[]> {
  const questions = entries.map(({ job, recipient }) => ({
    recipientKey: recipient.key,
    tenant: job.request.tenant,
  }));
  const suppressions = await ports.readSuppressions(questions, ports.clock());
  return entries.filter(
    ({ job, recipient }) => !suppressions.has(`${recipient.key}|${job.request.tenant}`),
  );
}
