import { readAttempts } from '../../adapters/ledger.ts';
import { claimRescue, type MailRef, readClaim } from '../../adapters/rescue-store.ts';
import type { RescueClaim, RescueRequest } from '../../contract/rescue.ts';
import { isUnsent } from '../../contract/sent-mail.ts';
import { secondMs } from '../../domain/time.ts';
import type { DispatchPorts } from './ports.ts';
import { holderAliveMs } from './standing.ts';

/** Whether this delivery may send a rescue. */
export type ClaimedRescue =
  | { readonly kind: 'mine'; readonly attemptId: string }
  /** Another delivery is at it. */
  | { readonly kind: 'busy'; readonly afterMs: number }
  /** The pool was given all that it may be given today. */
  | { readonly kind: 'none-left' }
  /** SES took it before. */
  | { readonly kind: 'sent'; readonly sesMessageId: string }
  /** SES refused it, or nobody knows whether it took it: it is not sent a third time. */
  | { readonly kind: 'over' };

/**
 * Claims a recipient's rescue, once in the life of its message. What `mayTake` takes is taken before the
 * first claim and never again; a claim whose attempt was never sent is taken over when its holder cannot be
 * alive. The claim is durable before SES is called.
 */
export async function claimOnce(
  { rescue, ...mail }: RescueRequest,
  mayTake: () => Promise<boolean>,
  ports: DispatchPorts,
): Promise<ClaimedRescue> {
  const { ledger } = ports;
  const seen = await readClaim(ledger, mail);
  const before = seen && (await standingOf(seen, ports));
  if (before) return before;
  if (!seen && !(await mayTake())) return { kind: 'none-left' };
  const attemptId = ports.newAttemptId();
  const claim = { attemptId, rescue, now: ports.clock(), seen };
  if (await claimRescue(ledger, mail, claim)) return { kind: 'mine', attemptId };
  // A write whose answer was lost is made again by the SDK and meets itself.
  return (await isOurs(mail, attemptId, ports)) ? { kind: 'mine', attemptId } : soon;
}

const soon: ClaimedRescue = { kind: 'busy', afterMs: 2 * secondMs };

/** Returns why a claim cannot be taken over; undefined where its attempt surely sent nothing. */
async function standingOf(
  { attemptId, claimedAt }: RescueClaim,
  { ledger, clock }: DispatchPorts,
): Promise<ClaimedRescue | undefined> {
  const [attempt] = await readAttempts(ledger, [attemptId]);
  const ageMs = clock() - claimedAt;
  const [result] = attempt?.results ?? [];
  if (result && 'ses' in result) return { kind: 'sent', sesMessageId: result.ses };
  if (result) return isUnsent(result) && result.outcome === 'retry' ? undefined : { kind: 'over' };
  if (ageMs < holderAliveMs) return { kind: 'busy', afterMs: holderAliveMs - ageMs };
  return attempt ? { kind: 'over' } : undefined;
}

async function isOurs(
  mail: MailRef,
  attemptId: string,
  { ledger }: DispatchPorts,
): Promise<boolean> {
  return (await readClaim(ledger, mail))?.attemptId === attemptId;
}
