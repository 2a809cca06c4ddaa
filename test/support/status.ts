/** The status of a deployment in which all is well; a test says what is not. */

import { epochMs, minuteMs } from '../../domain/time.ts';
import type { Status } from '../../operator/actions/status.ts';
import type { Part } from '../../operator/actions/status-part.ts';

/** 14:20 UTC. */
export const statusAt = epochMs(Date.UTC(2026, 10, 21, 14, 20));

export function readAs<T>(value: T): Part<T> {
  return { kind: 'read', value };
}

export function statusOf(over: Partial<Status> = {}): Status {
  return {
    ...{ deployment: 'test', target: 'aws', at: statusAt },
    ses: readAs({
      ...{ sendRatePerSecond: 14, dailyQuota: 50_000, sentLast24Hours: 1_204 },
      ...{ sendingEnabled: true, shutDown: false, productionAccess: true, inReview: false },
    }),
    switches: readAs([{ stream: 'marketing', state: { on: true, since: epochMs(0), trips: 0 } }]),
    stages: readAs({
      rows: [
        ...[{ stage: 'intake', stream: 'marketing', waiting: 3, hidden: 1, ageMs: 4_000 } as const],
        ...[{ stage: 'parked', stream: 'marketing', dead: true, waiting: 0, hidden: 0 } as const],
      ],
      later: { entries: [], more: false },
      held: { entries: [], more: false },
    }),
    pools: readAs([{ pool: 'leased', kind: 'standard', provider: '*', state: 'active' }]),
    loop: readAs({
      ...{ state: 'on', autonomy: {}, orders: 0 },
      lookedUntil: epochMs(statusAt - 2 * minuteMs),
    }),
    incidents: readAs([]),
    ringing: readAs([]),
    subscription: readAs({
      topicArn: 'arn:aws:sns:us-east-1:000000000000:test-alarms',
      subscriptions: [{ protocol: 'email', endpoint: '…@example.com', state: 'confirmed' }],
    }),
    feedback: readAs({ newestAt: epochMs(statusAt - minuteMs) }),
    stuck: readAs([]),
    risk: readAs({ tenants: [], since: statusAt, until: statusAt, isCut: false }),
    ...over,
  };
}
