import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { pacingKeys } from '../contract/table-keys.ts';
import {
  type Cursors,
  type Lane,
  type Lease,
  mailIntervalMs,
  type Place,
  placeOf,
  throttlePenalty,
} from '../domain/pacing.ts';
import { type Clock, type EpochMs, epochMs } from '../domain/time.ts';
import { busy } from './failure.ts';
import { fromItem, type Table, toItem, updateIf } from './items.ts';

/** A lease, or how far the cursor is ahead of what the caller can wait for. */
export type LeaseAnswer =
  | (Lease & { readonly kind: 'leased' })
  | { readonly kind: 'too-far'; readonly aheadMs: number };

export type Pacer = {
  readonly lane: Lane;
  /**
   * Leases the departure times of `count` recipients if the last of them is at `endBy` or before. What
   * does not fit takes no tokens: a lease that nobody uses would push everybody else further away.
   */
  readonly lease: (count: number, endBy: EpochMs) => Promise<LeaseAnswer>;
  /**
   * Returns how far the cursor is ahead of now, milliseconds, where such a lease would be refused; else
   * undefined. By what this environment saw last, and a second look before it says no; takes nothing.
   */
  readonly aheadOf: (count: number, endBy: EpochMs) => Promise<number | undefined>;
  /**
   * Leases one more departure for a mail that SES throttled. It leaves when its lease begins; then the
   * whole account pauses for a penalty, unless somebody's penalty is still too young.
   */
  readonly leaseThrottled: (endBy: EpochMs) => Promise<LeaseAnswer>;
  /** SES's send rate as last seen, recipients per second. */
  readonly ratePerSecond: () => Promise<number>;
};

/** What the item says: cursors, SES's rate, and until when nobody pays another penalty. */
type Pace = Cursors & { readonly rate: number; readonly penalizedUntil: number };

/** What a caller asks for, and when. */
type Asked = {
  readonly count: number;
  readonly endBy: EpochMs;
  readonly penalty?: ReturnType<typeof throttlePenalty>;
  readonly now: EpochMs;
  /** Whether the last lease of this environment began behind others. */
  readonly backlog: boolean;
};

/** Other environments may move the cursor between two steps of ours this often. */
const stepsMax = 20;

/** A lane that had a backlog is taken to have one until its cursor is this old, milliseconds. */
const backlogMemoryMs = 1000;

/**
 * Returns a pacer of one lane over the account's two cursors (GCRA). DynamoDB decides by condition where
 * a lease begins. The environment remembers what the item said last and tries the likely condition
 * first: idle or under backlog, a lease is one write. Each answer brings the newest rate, which
 * `account` writes beside the cursors.
 * @see docs/decisions/0004-pacing.md
 */
export function createPacer(
  table: Table,
  { lane, headroom }: { readonly lane: Lane; readonly headroom: number },
  clock: Clock,
): Pacer {
  let known: Pace | undefined;
  let backlog = false;
  let paidUntil = 0;
  const pace = async () => {
    known ??= await readPace(table);
    return known;
  };
  const takeTokens = async (asked: Omit<Asked, 'now' | 'backlog'>): Promise<LeaseAnswer> => {
    let seen = await pace();
    for (let steps = 0; steps < stepsMax; steps += 1) {
      const now = clock();
      const step = planStep({ lane, headroom }, seen, { ...asked, now, backlog });
      if (step.startMs > step.latest) {
        // Old words could refuse for ever what a new rate or a mended cursor allows.
        if (steps > 0) return { kind: 'too-far', aheadMs: step.startMs - now };
        seen = await readPace(table);
        known = seen;
        continue;
      }
      const moved = await advance(table, step);
      seen = moved.pace ?? (await readPace(table));
      known = seen;
      backlog = moved.done && step.move.from !== ':now';
      if (!moved.done) continue;
      const startMs = backlog ? cursorOf(lane, seen) - step.span : now;
      return { kind: 'leased', startMs, intervalMs: step.intervalMs };
    }
    throw busy(`other leases moved the pacing cursor ${stepsMax} times; the mail waits`);
  };
  const aheadOf = async (count: number, endBy: EpochMs) => {
    const look = (seen: Pace) => {
      const now = clock();
      const { startMs } = placeOf(lane, seen, now);
      const latest = endBy - count * mailIntervalMs(seen.rate, headroom);
      return startMs > latest ? startMs - now : undefined;
    };
    if (look(await pace()) === undefined) return undefined;
    known = await readPace(table);
    return look(known);
  };
  const leaseThrottled = async (endBy: EpochMs): Promise<LeaseAnswer> => {
    const penalty = throttlePenalty(mailIntervalMs((await pace()).rate, headroom));
    const now = clock();
    // An attempt's mails are throttled together: one of them asks for the penalty.
    if (now < paidUntil) return takeTokens({ count: 1, endBy });
    paidUntil = now + penalty.everyMs;
    return takeTokens({ count: 1, endBy, penalty });
  };
  return {
    lane,
    lease: (count, endBy) => takeTokens({ count, endBy }),
    aheadOf,
    leaseThrottled,
    ratePerSecond: async () => (await pace()).rate,
  };
}

/** Returns the move that is likely to fit by what was seen last, and where its lease would begin. */
function planStep(
  { lane, headroom }: { readonly lane: Lane; readonly headroom: number },
  seen: Pace,
  { count, endBy, penalty, now, backlog }: Asked,
) {
  const intervalMs = mailIntervalMs(seen.rate, headroom);
  const pays = now < seen.penalizedUntil ? undefined : penalty;
  const { place } = placeOf(lane, seen, backlog ? now - backlogMemoryMs : now);
  return {
    move: moves[lane][place],
    now,
    intervalMs,
    startMs: placeOf(lane, seen, now).startMs,
    latest: endBy - count * intervalMs,
    span: count * intervalMs + (pays?.pushMs ?? 0),
    ...(pays ? { penalizedUntil: now + pays.everyMs } : {}),
  };
}

/** Writes SES's send rate (recipients per second) beside the cursors. Idempotent. */
export async function writeSendRate(table: Table, ratePerSecond: number): Promise<void> {
  await table.dynamo.send(
    new UpdateItemCommand({
      TableName: table.name,
      Key: toItem(pacingKeys.account),
      UpdateExpression: 'SET #rate = :rate',
      ExpressionAttributeNames: { '#rate': 'rate' },
      ExpressionAttributeValues: toItem({ ':rate': ratePerSecond }),
    }),
  );
}

/**
 * Returns until when tokens have been leased by either lane: nothing was sent long after it. One strongly
 * consistent read.
 */
export async function readLastLease(table: Table): Promise<EpochMs> {
  const { m, t } = await readPace(table);
  return epochMs(Math.max(m, t));
}

async function readPace(table: Table): Promise<Pace> {
  const { Item } = await table.dynamo.send(
    new GetItemCommand({
      TableName: table.name,
      Key: toItem(pacingKeys.account),
      ConsistentRead: true,
    }),
  );
  return toPace(Item ? fromItem(Item) : {});
}

function toPace({ m, t, rate, penalizedUntil }: Record<string, unknown>): Pace {
  if (typeof rate !== 'number' || !(rate > 0))
    throw new Error('the pacing table holds no send rate; deploy again to seed it');
  const instant = (value: unknown) => (typeof value === 'number' ? value : 0);
  return { m: instant(m), t: instant(t), rate, penalizedUntil: instant(penalizedUntil) };
}

function cursorOf(lane: Lane, { m, t }: Cursors): number {
  return lane === 'transactional' ? t : m;
}

type Move = {
  readonly condition: string;
  /** Where the lease begins. */
  readonly from: 'm' | 't' | ':now';
  readonly set: string;
};

const behindTransactional = 't BETWEEN :now AND :latest';
const transactionalIdle = '(attribute_not_exists(t) OR t < :now)';

/**
 * The ways to move the cursors. Transactional mail adds to `m` without a look, so after an idle time `m`
 * may lag behind `t`; marketing begins behind the later of the two, and nothing is leased twice.
 */
const moves: Readonly<Record<Lane, Readonly<Record<Place, Move>>>> = {
  transactional: {
    'behind others': transactional('t', behindTransactional),
    'behind transactional': transactional('t', behindTransactional),
    'at once': transactional(':now', transactionalIdle),
  },
  marketing: {
    'behind others': marketing(
      'm',
      'm BETWEEN :now AND :latest AND (attribute_not_exists(t) OR t <= m)',
    ),
    'behind transactional': marketing(
      't',
      `${behindTransactional} AND (attribute_not_exists(m) OR m < t)`,
    ),
    'at once': marketing(':now', `(attribute_not_exists(m) OR m < :now) AND ${transactionalIdle}`),
  },
};

function transactional(from: Move['from'], condition: string): Move {
  return { condition, from, set: `t = ${from} + :span, m = if_not_exists(m, :now) + :span` };
}

function marketing(from: Move['from'], condition: string): Move {
  return { condition, from, set: `m = ${from} + :span` };
}

/**
 * Moves the cursors, and with a penalty notes until when there is no other. Condition: the lease begins
 * where the move says. Not idempotent: a move that is made twice wastes its tokens, which is safe.
 */
async function advance(
  table: Table,
  step: {
    readonly move: Move;
    readonly now: number;
    /** Where a lease may begin at the latest. */
    readonly latest: number;
    readonly span: number;
    readonly penalizedUntil?: number;
  },
): Promise<{ readonly done: boolean; readonly pace: Pace | undefined }> {
  const { move, now, latest, span, penalizedUntil } = step;
  const isPenalty = penalizedUntil !== undefined;
  const notYet = '(attribute_not_exists(penalizedUntil) OR penalizedUntil <= :now)';
  const { done, item } = await updateIf(table, {
    Key: toItem(pacingKeys.account),
    UpdateExpression: `SET ${move.set}${isPenalty ? ', penalizedUntil = :penalizedUntil' : ''}`,
    ConditionExpression: isPenalty ? `${move.condition} AND ${notYet}` : move.condition,
    ExpressionAttributeValues: toItem({
      ':now': now,
      ':span': span,
      ...(move.from === ':now' ? {} : { ':latest': latest }),
      ...(isPenalty ? { ':penalizedUntil': penalizedUntil } : {}),
    }),
  });
  return { done, pace: item && toPace(item) };
}
