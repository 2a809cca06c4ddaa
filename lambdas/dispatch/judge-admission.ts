import { requestLimits } from '../../contract/send-request.ts';
import { type Admission, gate } from '../../domain/gate.ts';
import { dayMs, instantOf } from '../../domain/time.ts';
import type { Job } from './job.ts';
import type { DispatchPorts } from './ports.ts';

/**
 * Returns what the gate says of a request now: of its tenant, its senders and its times.
 * @throws when the tenant cannot be read: the mail waits
 */
export async function judgeAdmission(opened: Job, ports: DispatchPorts): Promise<Admission> {
  const { request } = opened;
  const tenant = await ports.readTenant(request.tenant);
  const sendAt = instantOf(request.sendAt);
  const expiresAt = instantOf(request.expiresAt);
  return gate({
    request: {
      tenant: request.tenant,
      stream: request.stream,
      senders: opened.senders,
      pointsToContent: opened.pointsToContent,
      ...(request.pool === undefined ? {} : { pool: request.pool }),
      ...(sendAt === undefined ? {} : { sendAt }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    tenant,
    stream: ports.stream,
    streams: ports.policy.streams,
    pools: Object.keys(ports.policy.configurationSets),
    now: ports.clock(),
    sendAheadMs: requestLimits.sendAheadMs,
    contentKeptMs: ports.policy.contentDays * dayMs,
  });
}
