import type { AttemptResult } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { waitFor, waitForRate, waitMs } from '../../domain/failures.ts';
import { epochMs, minuteMs, secondMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import { holdReasonOf } from './conclude-job.ts';
import { done, type Fate, later } from './job.ts';
import type { DispatchPorts } from './ports.ts';
import { closingMs, type Entry } from './send-attempt.ts';
import { sendLeased } from './send-leased.ts';
import { tellOutcomes } from './tell-outcomes.ts';

/**
 * Hands a claimed rescue to SES as every mail is handed over: leased from the rate, taken from the target's
 * allowance, written down as an attempt before the call. What was surely not sent comes again.
 */
export async function sendRescue(
  entry: Entry,
  attemptId: string,
  { receiveCount }: QueueRecord,
  ports: DispatchPorts,
): Promise<Fate> {
  const lookedAt = ports.clock();
  const lease = await ports.pacer.lease(1, epochMs(ports.deadline - closingMs));
  if (lease.kind === 'too-far') return later(waitMs(waitForRate(lease.aheadMs), receiveCount));
  const { sent, waiting } = await sendLeased(
    { attemptId, entries: [entry], lease, lookedAt },
    ports,
  );
  const [one] = sent;
  if (!one) {
    const until = waiting[0]?.until ?? 0;
    return later(Math.max(minuteMs, until - ports.clock()));
  }
  return conclude(one, receiveCount, ports);
}

async function conclude(
  { entry, result }: { readonly entry: Entry; readonly result: AttemptResult | undefined },
  receiveCount: number,
  ports: DispatchPorts,
): Promise<Fate> {
  if (result === undefined) return later(secondMs);
  if ('ses' in result) {
    ports.tally.count(metrics.rescued);
    await tellRescued(entry, result.ses, ports);
    return done;
  }
  const held = holdReasonOf(result);
  if (held) await ports.hintSwitch(held).catch(ports.tally.failure);
  if (result.outcome === 'retry') return later(waitMs(waitFor(result.reason), receiveCount));
  ports.tally.unrescued(result.reason);
  return done;
}

/** Tells that SES took the mail once more, where the stream is told what SES takes. */
export function tellRescued(
  { job, recipient }: Entry,
  sesMessageId: string,
  ports: DispatchPorts,
): Promise<void> {
  const { index } = recipient;
  return tellOutcomes(
    job,
    [{ index, outcome: 'accepted', reason: 'rescued', sesMessageId }],
    ports,
  );
}
