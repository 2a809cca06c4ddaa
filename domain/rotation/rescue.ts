/** Whether mail that bounced may be sent once more through another pool. */

import type { CauseKind } from '../blame/model.ts';
import type { BounceReason } from '../classification/reasons.ts';

/** What is known of a bounced mail. */
export type Lost = {
  readonly reason: BounceReason;
  /** What SES itself gave up on, in its own words; `CustomTimeoutExceeded` is our own time limit. */
  readonly bounceSubType?: string;
  readonly tenant: string;
  readonly pool: string;
  /** Whether it was sent once more before. */
  readonly wasRescued: boolean;
  /** Whether a delivery of it was ever seen: then it is not lost. */
  readonly wasDelivered: boolean;
};

/** What stands when it is asked for. */
export type RescueStanding = {
  /** The kind of the cause that was found; absent while none is. */
  readonly cause?: CauseKind;
  /** Tenants that are held or were named with the cause. */
  readonly suspects: ReadonlySet<string>;
  readonly target: {
    readonly pool: string;
    /** Recipients that it can still be given this hour and day at the provider. */
    readonly room: number;
    /** Recipients that it was sent within a day, and how many of them were rescues. */
    readonly sentToday: number;
    readonly rescuedToday: number;
  };
};

export type Rescue =
  | { readonly may: true; readonly pool: string }
  | { readonly may: false; readonly why: RescueRefusal };

export type RescueRefusal =
  | 'delivered'
  | 'twice'
  | 'not-a-block'
  | 'not-the-pool'
  | 'suspected'
  | 'no-room'
  | 'too-many';

/** Only mail that was refused for our address would be taken from another. */
const rescuable: ReadonlySet<BounceReason> = new Set(['block-ip-reputation', 'blocklist-dnsbl']);

/** Causes for which another pool is an answer. */
const ofThePool: ReadonlySet<CauseKind> = new Set(['pool', 'ip', 'pool×provider', 'ip×provider']);

/** Share of a target's volume that may be rescues: more would make it the refused pool's mail. */
export const rescueShareMax = 0.01;

/**
 * Returns whether a lost mail may be sent once more, and through which pool. What our own time limit ended
 * goes back to the same pool: the provider refused nothing.
 */
export function mayRescue(lost: Lost, standing: RescueStanding): Rescue {
  const why = refusals.find(([, refuses]) => refuses(lost, standing))?.[0];
  if (why !== undefined) return { may: false, why };
  return { may: true, pool: isTimeout(lost) ? lost.pool : standing.target.pool };
}

type Refuses = (lost: Lost, standing: RescueStanding) => boolean;

/** In order: the first that refuses is the reason. */
const refusals: readonly (readonly [RescueRefusal, Refuses])[] = [
  ['delivered', ({ wasDelivered }) => wasDelivered],
  ['twice', ({ wasRescued }) => wasRescued],
  ['not-a-block', (lost) => !isTimeout(lost) && !rescuable.has(lost.reason)],
  [
    'not-the-pool',
    (lost, { cause }) => !isTimeout(lost) && (cause === undefined || !ofThePool.has(cause)),
  ],
  ['suspected', ({ tenant }, { suspects }) => suspects.has(tenant)],
  ['no-room', (_, { target }) => target.room < 1],
  [
    'too-many',
    (lost, { target }) =>
      !isTimeout(lost) && target.rescuedToday + 1 > target.sentToday * rescueShareMax,
  ],
];

/** Returns whether our own time limit ended a mail: no provider refused it. */
export function isTimeout({ bounceSubType }: Pick<Lost, 'bounceSubType'>): boolean {
  return bounceSubType === 'CustomTimeoutExceeded';
}
