/** Records of a traced mail; each test overrides what it is about. */
import type { Decision, Order } from '../../domain/rotation/model.ts';
import { epochMs, minuteMs } from '../../domain/time.ts';
import type {
  TracedAttempt,
  TracedEvent,
  TracedRequest,
  TraceMaterial,
} from '../../domain/trace/model.ts';

export const traceStart = epochMs(Date.UTC(2026, 2, 1, 9));

/** Returns an instant some minutes after the mail was enqueued. */
export const minute = (count: number) => epochMs(traceStart + count * minuteMs);

/** A message that was claimed a minute after it was enqueued. */
export function tracedRequest(over: Partial<TracedRequest> = {}): TracedRequest {
  return {
    messageId: 'm'.repeat(22),
    id: 'order-1',
    tenant: 'acme',
    stream: 'transactional',
    state: 'claimed',
    recipientCount: 1,
    enqueuedAt: traceStart,
    claimedAt: minute(1),
    decided: {},
    waits: [],
    ...over,
  };
}

/** An attempt through pool east that SES took. */
export function tracedAttempt(over: Partial<TracedAttempt> = {}): TracedAttempt {
  return {
    attemptId: 'attempt-1',
    at: minute(1),
    completedAt: minute(2),
    recipientIndex: 0,
    pool: 'east',
    configurationSet: 'test-transactional-east',
    provider: 'gmail',
    tenant: 'acme',
    identity: 'acme.example',
    campaign: '',
    kind: 'normal',
    result: { ses: 'ses-1' },
    ...over,
  };
}

/** A delivery of what SES took. */
export function tracedEvent(over: Partial<TracedEvent> = {}): TracedEvent {
  return {
    at: minute(3),
    kind: 'delivery',
    recipientIndex: 0,
    sesMessageId: 'ses-1',
    outcome: 'delivered',
    ...over,
  };
}

/** A decision that was carried out before the mail. */
export function tracedDecision(over: Partial<Decision> = {}): Decision {
  return {
    id: 'd1',
    at: minute(-10),
    autonomy: 'act',
    done: true,
    actions: [],
    evidence: ['since 08:40 UTC: 9 of 31 mails blocked'],
    counterEvidence: [],
    ...over,
  };
}

/** A hold of one tenant. */
export function tracedOrder(over: Partial<Order> = {}): Order {
  return {
    id: 'o1',
    kind: 'hold',
    region: { tenant: 'acme' },
    share: 0,
    since: minute(-5),
    until: minute(60),
    decision: 'd1',
    ...over,
  };
}

/** A mail that was sent and delivered, under an assignment that the deploy seeded. */
export function traceMaterial(over: Partial<TraceMaterial> = {}): TraceMaterial {
  return {
    now: minute(10),
    request: tracedRequest(),
    recipients: [{ index: 0, recipientKey: 'key', outcome: 'delivered', sesMessageIds: ['ses-1'] }],
    attempts: [tracedAttempt()],
    events: [tracedEvent()],
    rescues: [],
    twins: [],
    suppressions: [],
    assignments: [
      {
        provider: '*',
        pools: [{ pool: 'east', weight: 1 }],
        version: 1,
        at: minute(-100),
        by: 'seed',
        why: 'the first deploy',
      },
    ],
    orders: [],
    decisions: [],
    acts: [],
    unread: [],
    ...over,
  };
}

/** A mail to which everything happened that a time line can tell. */
export function eventfulMaterial(): TraceMaterial {
  const order = tracedOrder();
  return traceMaterial({
    request: tracedRequest({
      state: 'waiting',
      claimedAt: minute(9),
      redrivenAt: minute(8),
      decided: { '*': { outcome: 'parked', reason: 'ambiguous' } },
      waits: [
        {
          ...{ outcome: 'held', reason: 'tenant-held' },
          ...{ since: minute(0.2), until: minute(0.4), times: 1 },
        },
        {
          ...{ outcome: 'held', reason: 'reputation-hold' },
          ...{ since: minute(0.5), until: minute(0.8), times: 3 },
        },
        {
          ...{ outcome: 'parked', reason: 'identity-unverified' },
          ...{ since: minute(0.8), until: minute(1), times: 1 },
        },
      ],
    }),
    attempts: [
      tracedAttempt(),
      tracedAttempt({
        attemptId: 'attempt-2',
        ...{ at: minute(5), completedAt: minute(5.1) },
        ...{ pool: 'west', kind: 'rescue', result: { ses: 'ses-2' } },
      }),
    ],
    events: [
      tracedEvent({
        kind: 'deliverydelay',
        at: minute(2.5),
        outcome: undefined,
        diagnostic: '450 4.2.0 Greylisted, try again later',
      }),
      tracedEvent({
        kind: 'bounce',
        outcome: 'bounced',
        reason: 'block-ip-reputation',
        diagnostic: '550 5.7.1 blocked',
      }),
      tracedEvent({ at: minute(6), sesMessageId: 'ses-2', rescue: true }),
      tracedEvent({ kind: 'complaint', at: minute(7), outcome: 'complained', reason: 'abuse' }),
      tracedEvent({ kind: 'open', at: minute(7), outcome: undefined }),
    ],
    rescues: [{ recipientIndex: 0, attemptId: 'attempt-2', claimedAt: minute(5), rescue: 'd3' }],
    twins: [{ recipientIndex: 0, sesMessageId: 'ses-2' }],
    suppressions: [
      {
        ...{ recipientIndex: 0, scope: 'tenant#acme', reason: 'complaint', source: 'feedback' },
        ...{ at: minute(7), messageId: 'm'.repeat(22) },
      },
    ],
    assignments: [
      {
        ...{ provider: 'gmail', version: 4, at: minute(-20), by: 'rotation d2', why: 'blocked' },
        pools: [
          { pool: 'east', weight: 3 },
          { pool: 'west', weight: 1 },
        ],
      },
    ],
    orders: [order],
    decisions: [
      tracedDecision({ actions: [{ kind: 'hold-tenant', order }] }),
      tracedDecision({
        id: 'd2',
        at: minute(-20),
        actions: [
          {
            ...{ kind: 'move', stream: 'transactional', provider: 'gmail' },
            before: [{ pool: 'west', weight: 1 }],
            pools: [{ pool: 'east', weight: 3 }],
          },
        ],
      }),
    ],
    acts: [
      {
        ...{ at: minute(0.9), action: 'dlq.redrive', subject: 'all messages' },
        ...{ by: 'ada', why: 'DNS is there' },
      },
      { at: minute(0.4), action: 'tenants.release', subject: 'acme', by: 'grace' },
    ],
  });
}
