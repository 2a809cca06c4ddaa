import { type Address, isAddress, parseAddress, recipientIdentity } from './address.ts';
import type { HoldReason, RejectReason } from './reasons.ts';
import { dayMs, type EpochMs } from './time.ts';

/** What the gate must know of a request; the mail's content is not its business. */
export type GateRequest = {
  readonly tenant: string;
  readonly stream: string;
  readonly pool?: string;
  /** From, and for raw mail every address its From and Sender headers hold. */
  readonly senders: readonly Address[];
  readonly sendAt?: EpochMs;
  readonly expiresAt?: EpochMs;
  /** Whether a part of it stands in the content bucket. */
  readonly pointsToContent: boolean;
};

export type GateTenant = {
  readonly status: 'active' | 'held' | 'suspended';
  readonly fromOwned: readonly string[];
  readonly streams?: readonly string[];
};

export type GateFacts = {
  readonly request: GateRequest;
  readonly tenant: GateTenant | undefined;
  /** Stream of the queue the request came from. */
  readonly stream: string;
  /** Every stream of the deployment. */
  readonly streams: readonly string[];
  /** Pools declared for the stream. */
  readonly pools: readonly string[];
  readonly now: EpochMs;
  /** How far ahead a send may be scheduled, milliseconds. */
  readonly sendAheadMs: number;
  /** How long the content bucket keeps what a request points to, milliseconds. */
  readonly contentKeptMs: number;
};

/** What becomes of a request at the gate. */
export type Admission =
  | { readonly kind: 'admit' }
  | { readonly kind: 'hold'; readonly reason: HoldReason }
  | { readonly kind: 'defer'; readonly until: EpochMs; readonly reason: HoldReason }
  | { readonly kind: 'expire'; readonly detail: string }
  | { readonly kind: 'reject'; readonly reason: RejectReason; readonly detail: string };

export type GateCheck = (facts: GateFacts) => Admission | undefined;

/**
 * The checks in order; the first that answers decides. A new check is a new entry: refusals that no time
 * can mend stand first, then what waits for a person, then what waits for the clock.
 */
export const gateChecks: readonly (readonly [name: string, check: GateCheck])[] = [
  ['stream known', streamKnown],
  ['stream of this queue', streamMatches],
  ['pool', poolDeclared],
  ['tenant known', tenantKnown],
  ['tenant stream', tenantMayUseStream],
  ['from owned', fromOwned],
  ['expiry', notExpired],
  ['schedule before expiry', expiresAfterSend],
  ['schedule limit', scheduleNearEnough],
  ['content kept', contentOutlastsSchedule],
  ['tenant status', tenantActive],
  ['schedule', due],
];

/** Returns the first answer of the ordered checks, `admit` when none objects. */
export function gate(facts: GateFacts): Admission {
  for (const [, check] of gateChecks) {
    const answer = check(facts);
    if (answer) return answer;
  }
  return { kind: 'admit' };
}

/** A recipient that may be sent to, or what was decided about it. */
export type RecipientVerdict =
  | { readonly ok: true; readonly address: Address }
  | { readonly ok: false; readonly reason: RejectReason; readonly detail: string };

/** Returns a verdict for each recipient by position; one bad or repeated address harms no other. */
export function judgeRecipients(recipients: readonly string[]): readonly RecipientVerdict[] {
  const seen = new Set<string>();
  return recipients.map((text, index) => {
    const address = parseAddress(text);
    if (!isAddress(address))
      return {
        ok: false,
        reason: address.reason,
        detail: `recipients.${index}: ${address.detail}`,
      };
    const identity = recipientIdentity(address);
    if (seen.has(identity))
      return {
        ok: false,
        reason: 'duplicate-recipient',
        detail: `recipients.${index}: stands twice in this batch`,
      };
    seen.add(identity);
    return { ok: true, address };
  });
}

/** Tells whether an address falls under what a tenant owns: an address itself, or a domain and those below it. */
export function ownsSender(owned: readonly string[], sender: Address): boolean {
  return owned.some((entry) =>
    entry.includes('@')
      ? entry.toLowerCase() === recipientIdentity(sender)
      : sender.domain === entry || sender.domain.endsWith(`.${entry}`),
  );
}

/** Tells whether the time until which a mail may be sent is over. */
export function isOver(expiresAt: EpochMs | undefined, now: EpochMs): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** Returns why a schedule makes no sense: the mail would wait for its sendAt only to be too late then. */
export function uselessSchedule({
  sendAt,
  expiresAt,
}: {
  readonly sendAt?: number;
  readonly expiresAt?: number;
}): string | undefined {
  if (sendAt === undefined || expiresAt === undefined || expiresAt > sendAt) return undefined;
  return `expiresAt: got ${new Date(expiresAt).toISOString()}; allowed is later than sendAt, ${new Date(sendAt).toISOString()}`;
}

function streamKnown({ request, streams }: GateFacts): Admission | undefined {
  return streams.includes(request.stream)
    ? undefined
    : reject('stream-unknown', `stream: got ${request.stream}; allowed: ${streams.join(', ')}`);
}

function streamMatches({ request, stream }: GateFacts): Admission | undefined {
  return request.stream === stream
    ? undefined
    : reject('stream-mismatch', `stream: got ${request.stream}; this queue takes ${stream}`);
}

function poolDeclared({ request, pools }: GateFacts): Admission | undefined {
  return request.pool === undefined || pools.includes(request.pool)
    ? undefined
    : reject('pool-unknown', `pool: got ${request.pool}; allowed: ${pools.join(', ')}`);
}

function tenantKnown({ request, tenant }: GateFacts): Admission | undefined {
  if (!tenant)
    return reject(
      'tenant-unknown',
      `tenant: got ${request.tenant}; add it with: goodstanding tenants add`,
    );
  return tenant.status === 'suspended'
    ? reject('tenant-suspended', `tenant ${request.tenant} is suspended`)
    : undefined;
}

function tenantMayUseStream({ request, tenant }: GateFacts): Admission | undefined {
  return tenant?.streams === undefined || tenant.streams.includes(request.stream)
    ? undefined
    : reject(
        'tenant-stream-forbidden',
        `stream: allowed for this tenant: ${tenant.streams.join(', ')}`,
      );
}

function fromOwned({ request, tenant }: GateFacts): Admission | undefined {
  const foreign = request.senders.find((sender) => !ownsSender(tenant?.fromOwned ?? [], sender));
  return foreign
    ? reject(
        'from-domain-foreign',
        `from: ${foreign.domain} is not owned by tenant ${request.tenant}`,
      )
    : undefined;
}

function notExpired({ request, now }: GateFacts): Admission | undefined {
  const { expiresAt } = request;
  return expiresAt !== undefined && isOver(expiresAt, now)
    ? { kind: 'expire', detail: `expiresAt ${new Date(expiresAt).toISOString()} has passed` }
    : undefined;
}

function expiresAfterSend({ request }: GateFacts): Admission | undefined {
  const detail = uselessSchedule(request);
  return detail ? reject('expires-before-send', detail) : undefined;
}

function scheduleNearEnough({ request, now, sendAheadMs }: GateFacts): Admission | undefined {
  return aheadMs(request, now) > sendAheadMs
    ? reject(
        'send-at-too-far',
        `sendAt: got ${sendAtOf(request)}; allowed is up to ${sendAheadMs / dayMs} days ahead`,
      )
    : undefined;
}

/** A mail that waits longer than its content is kept would be refused when it is due: too late to mend. */
function contentOutlastsSchedule({
  request,
  now,
  contentKeptMs,
}: GateFacts): Admission | undefined {
  const keptMs = contentKeptMs - contentMarginMs;
  return request.pointsToContent && aheadMs(request, now) > keptMs
    ? reject(
        'send-at-too-far',
        `sendAt: got ${sendAtOf(request)}; allowed is up to ${keptMs / dayMs} days ahead for content in the bucket, which keeps it ${contentKeptMs / dayMs}; send it inline, or raise retention.contentDays`,
      )
    : undefined;
}

/** Content is stored before its request is enqueued, and a due mail may have to wait for SES. */
const contentMarginMs = 2 * dayMs;

function sendAtOf({ sendAt }: GateRequest): string {
  return sendAt === undefined ? 'none' : new Date(sendAt).toISOString();
}

function aheadMs({ sendAt }: GateRequest, now: EpochMs): number {
  return sendAt === undefined ? 0 : sendAt - now;
}

function tenantActive({ tenant }: GateFacts): Admission | undefined {
  return tenant?.status === 'held' ? { kind: 'hold', reason: 'tenant-held' } : undefined;
}

function due({ request, now }: GateFacts): Admission | undefined {
  return request.sendAt !== undefined && request.sendAt > now
    ? { kind: 'defer', until: request.sendAt, reason: 'send-at' }
    : undefined;
}

function reject(reason: RejectReason, detail: string): Admission {
  return { kind: 'reject', reason, detail };
}
