import type { StreamAssignment } from '../../adapters/assignment-store.ts';
import type { StoredMail } from '../../adapters/attempt-content.ts';
import type { RescueItem, RescueRequest } from '../../contract/rescue.ts';
import { choosePool } from '../../domain/assignment.ts';
import { isTimeout } from '../../domain/rotation/rescue.ts';
import type { QueueRecord } from '../queue-records.ts';
import { poolsFor } from './entries-of.ts';
import { judgeAdmission } from './judge-admission.ts';
import { judgeJobs } from './judge-jobs.ts';
import { isUnusable, openRequest } from './open-request.ts';
import type { DispatchPorts } from './ports.ts';
import type { ProvenLoss } from './prove-lost.ts';
import type { Entry } from './send-attempt.ts';

/** Why a lost mail cannot be written again. */
export type Unwritable = 'forgotten' | 'not-admitted' | 'suppressed' | 'no-pool';

/**
 * Returns a lost mail as it is sent again: with the content that was kept of it, unchanged, through the gate
 * and the suppression list like any other, by a pool that was not refused.
 * @throws when something cannot be read: the mail waits
 */
export async function writeAgain(
  asked: RescueRequest,
  known: {
    readonly record: QueueRecord;
    readonly loss: ProvenLoss;
    readonly pool: string;
  },
  ports: DispatchPorts,
): Promise<Entry | Unwritable> {
  const { record, loss, pool } = known;
  const configurationSet = ports.policy.configurationSets[pool];
  if (configurationSet === undefined) return 'no-pool';
  const kept = loss.isStored ? await ports.readKept?.(loss.attempt, ports.clock()) : undefined;
  const mail = kept?.find(
    ({ messageId, recipientIndex }) =>
      messageId === asked.messageId && recipientIndex === asked.recipientIndex,
  );
  if (!mail) return 'forgotten';
  const job = await openRequest({ ...record, body: bodyOf(mail) }, ports);
  if (isUnusable(job)) return 'forgotten';
  const admission = await judgeAdmission(job, ports);
  if (admission.kind !== 'admit') return 'not-admitted';
  const [judged] = await judgeJobs([job], ports);
  const [recipient] = judged?.recipients ?? [];
  if (!recipient) return 'suppressed';
  return {
    job,
    recipient: { ...recipient, index: asked.recipientIndex },
    provider: loss.origin.provider,
    pool,
    configurationSet,
    rescue: true,
  };
}

/** The request as it came, narrowed to this recipient. */
function bodyOf({ request, recipient, data }: StoredMail): string {
  if (request.kind === 'message') return JSON.stringify(request);
  const { address, name } = recipient;
  const to = name === undefined ? address.address : { address: address.address, name };
  return JSON.stringify({ ...request, recipients: [{ to, data }] });
}

/**
 * Returns the pool that the tenant's mail takes now, but never the refused one: a move may be under way, or its
 * target not assigned. What no provider refused goes back where it was while that pool is still assigned.
 */
export function poolFor(
  loss: ProvenLoss,
  { rescue, assignment }: { readonly rescue: RescueItem; readonly assignment: StreamAssignment },
  ports: DispatchPorts,
): string {
  const { origin } = loss;
  const pools = poolsFor(origin.provider, assignment, ports);
  if (isTimeout(loss) && pools.some(({ pool, weight }) => pool === origin.pool && weight > 0))
    return origin.pool;
  const others = pools.filter(({ pool }) => pool !== rescue.from);
  return choosePool(others, origin.tenant) ?? rescue.to;
}
