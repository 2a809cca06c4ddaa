import { markWaited } from '../../adapters/intake.ts';
import type { Pacer } from '../../adapters/pacing-store.ts';
import { metrics } from '../../contract/metrics.ts';
import { contentFolders } from '../../contract/names.ts';
import { requestLimits } from '../../contract/send-request.ts';
import {
  addToWindow,
  type Demand,
  findBeyondShare,
  isBacklog,
  type ShareWindow,
  tenantAllowance,
} from '../../domain/fair-share.ts';
import { mailIntervalMs } from '../../domain/pacing.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import type { DispatchPorts } from './ports.ts';

/** The way to the overflow queue, and what this environment has lately taken on for whom. */
export type Overflow = {
  /** Outlives an invocation; dispatch writes it anew for every batch. */
  window: ShareWindow;
  /** Takes what the intake leaves of the rate. */
  readonly pacer: Pacer;
  /**
   * Puts messages into the overflow queue and returns the queue message ids of those that are in it.
   * Not idempotent: one that is moved twice is sent once, by the ledger.
   */
  readonly move: (
    messages: readonly (QueueRecord & { readonly group: string })[],
  ) => Promise<ReadonlySet<string>>;
};

/** A message with what it asks of the rate; without a tenant where the body says none. */
type Weighed = { readonly record: QueueRecord; readonly demand: Demand | undefined };

/**
 * Returns the messages of an intake batch that are handled now. While the queue is behind, those of
 * tenants beyond their share of the rate leave for the overflow queue, before anything is read or
 * claimed for them; what cannot leave is handled as any other. Never fails.
 * @see docs/decisions/0008-fair-share.md
 */
export async function keepShares(
  records: readonly QueueRecord[],
  ports: DispatchPorts,
): Promise<readonly QueueRecord[]> {
  const { overflow, policy } = ports;
  const { tenantShare } = policy;
  const fromIntake = records.filter(({ lane }) => lane === 'intake');
  if (!overflow || tenantShare === undefined || fromIntake.length === 0) return records;
  const weighed = fromIntake.map(weigh);
  const moved = await moveBeyondShare(weighed, { overflow, tenantShare }, ports);
  const kept = weighed.filter(({ record }) => !moved.has(record.queueMessageId));
  const demands = kept.flatMap(({ demand }) => demand ?? []);
  overflow.window = addToWindow(overflow.window, demands, ports.clock());
  return records.filter(({ queueMessageId }) => !moved.has(queueMessageId));
}

/** Returns the ports with the pace of the lane that the batch came by: Lambda reads one queue at a time. */
export function onLane([first]: readonly QueueRecord[], ports: DispatchPorts): DispatchPorts {
  const { overflow } = ports;
  return overflow && first?.lane === 'overflow' ? { ...ports, pacer: overflow.pacer } : ports;
}

async function moveBeyondShare(
  weighed: readonly Weighed[],
  { overflow, tenantShare }: { readonly overflow: Overflow; readonly tenantShare: number },
  ports: DispatchPorts,
): Promise<ReadonlySet<string>> {
  const { policy, pacer, tally } = ports;
  const now = ports.clock();
  const known = weighed.flatMap(({ record, demand }) => (demand ? [{ record, demand }] : []));
  const demands = known.map(({ demand }) => demand);
  try {
    const ratePerSecond = await pacer.ratePerSecond();
    const headroom = policy.sendRateHeadroom;
    const recipients = demands.reduce((sum, demand) => sum + demand.recipients, 0);
    const workMs = recipients * mailIntervalMs(ratePerSecond, headroom);
    // A later delivery waited because we said so, which tells nothing about the queue.
    const due = weighed.flatMap(({ record }) => record.dueAt ?? []);
    if (!isBacklog(due, now, workMs)) return new Set();
    const allowance = tenantAllowance({
      share: tenantShare,
      ratePerSecond,
      headroom,
      environments: policy.concurrency,
    });
    const beyond = findBeyondShare(overflow.window, demands, { now, allowance });
    const leaving = known.flatMap((one, position) =>
      beyond[position] ? (toMoved(one, now) ?? []) : [],
    );
    if (leaving.length === 0) return new Set();
    const moved = await overflow.move(leaving);
    tally.count(metrics.overflowed, moved.size);
    return moved;
  } catch (error) {
    tally.failure(error);
    return new Set();
  }
}

/**
 * Its life before travels along, and the group without which SQS cannot tell tenants apart. What has no
 * room for that stays: SQS would refuse the whole call for it.
 */
function toMoved(
  { record, demand }: { readonly record: QueueRecord; readonly demand: Demand },
  now: EpochMs,
) {
  const marked = markWaited(record, { ...record, dueAt: record.dueAt ?? now });
  const { attributes } = marked ?? {};
  return attributes && { ...record, group: record.group ?? demand.tenant, attributes };
}

/**
 * Reads what decides about fairness and nothing else; the request is checked later. The group counts
 * before the body's tenant: whoever enqueues is trusted with both. A body that nobody can read counts as
 * one mail of its group: its rejection names SQS's first message id wherever it moves.
 */
function weigh(record: QueueRecord): Weighed {
  const body = readBody(record.body);
  const tenant = record.group ?? tenantOf(body);
  return {
    record,
    demand: tenant === undefined ? undefined : { tenant, recipients: countRecipients(body) },
  };
}

function readBody(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A tenant's name is fit to be a message group id; what is none belongs to nobody and is not moved. A
 * stored request says its tenant in its key, where our client wrote it.
 */
function tenantOf(body: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const { kind, tenant, s3Key } = body ?? {};
  const said = kind === 'stored' ? tenantOfKey(s3Key) : tenant;
  return typeof said === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(said) ? said : undefined;
}

function tenantOfKey(key: unknown): string | undefined {
  if (typeof key !== 'string' || !key.startsWith(contentFolders.requests)) return undefined;
  const [tenant, name] = key.slice(contentFolders.requests.length).split('/');
  return name ? tenant : undefined;
}

/** A stored request counts as a full batch: nobody knows what it holds before it is fetched. */
function countRecipients(body: Readonly<Record<string, unknown>> | undefined): number {
  const { kind, recipients } = body ?? {};
  if (kind === 'stored') return requestLimits.recipientsPerBatch;
  return Array.isArray(recipients) ? Math.max(1, recipients.length) : 1;
}
