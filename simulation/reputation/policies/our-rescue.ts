import { choosePool } from '../../../domain/assignment.ts';
import type { CauseKind } from '../../../domain/blame/model.ts';
import { traitsOf } from '../../../domain/classification/reasons.ts';
import type { EvidenceBook } from '../../../domain/evidence/model.ts';
import { assignedPools } from '../../../domain/rotation/eligible-pools.ts';
import type { Decision, Stream } from '../../../domain/rotation/model.ts';
import { mayRescue } from '../../../domain/rotation/rescue.ts';
import { allMail } from '../../../domain/rotation/traffic.ts';
import { dayMs, epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import type { Fleet } from '../fleet.ts';
import type { News } from '../mail.ts';
import type { PolicyContext, Resend } from '../policy.ts';

/** Refused mail that the rule of the domain lets be sent once more, when a decision has found the pool at fault. */
export type OurRescue = {
  readonly hear: (news: readonly News[]) => void;
  /** Takes note of a decision that allows it. */
  readonly allow: (decision: Decision) => void;
  /** Mail that leaves once more now, through the pools that its tenants take now; asked for once a minute. */
  readonly due: (now: number, standing: RescueStanding) => readonly Resend[];
};

type RescueStanding = {
  readonly streams: readonly Stream[];
  /** Tenants that are held: their mail is not rescued. */
  readonly suspects: ReadonlySet<string>;
};

type Permit = {
  readonly stream: string;
  readonly from: string;
  /** Where the tenant's own pool is the refused one. */
  readonly to: string;
  /** Absent where it holds at every provider. */
  readonly provider: string | undefined;
  readonly cause: CauseKind;
  readonly since: number;
  readonly until: number;
};

type Lost = { readonly news: News; readonly left: number; readonly nextAt: number };

/** What nobody allowed to be sent once more within the longest delivery time of SES is lost. */
const keptMs = 14 * hourMs;

/**
 * Creates the rescue of a run, as dispatch does it: the target is the pool that the tenant's mail takes now, its
 * rescues of a UTC day stay within a hundredth of what it was sent in the 24 hours before, and what finds no room
 * asks again after an hour. Of the day before the run every pool has the volume that made it warm.
 */
export function createOurRescue({ fleet, roomOf }: PolicyContext, book: EvidenceBook): OurRescue {
  const maxDeliveryMs = new Map(
    fleet.streams.map(({ stream, maxDeliveryMinutes }) => [stream, maxDeliveryMinutes * minuteMs]),
  );
  const mailsOf = createQuota(fleet, roomOf, book);
  let permits: readonly Permit[] = [];
  let lost: readonly Lost[] = [];
  let nextAt = 0;
  return {
    hear: (news) => {
      const refused = news.filter(isBlocked);
      if (refused.length > 0)
        lost = [...lost, ...refused.map((one) => ({ news: one, left: one.count, nextAt: 0 }))];
    },
    allow: (decision) => {
      const { actions, cause, at } = decision;
      if (cause === undefined) return;
      const added = actions.flatMap((action) => {
        if (action.kind !== 'rescue') return [];
        const { stream, from, to } = action;
        const until = at + (maxDeliveryMs.get(stream) ?? 0) + hourMs;
        const { region, kind, onset: since } = cause;
        return [{ stream, from, to, provider: region.provider, cause: kind, since, until }];
      });
      permits = [...permits, ...added];
    },
    due: (now, { streams, suspects }) => {
      if (now < nextAt) return [];
      nextAt = now + minuteMs;
      permits = permits.filter(({ until }) => until > now);
      lost = lost.filter(({ news }) => news.sentAt > now - keptMs);
      if (permits.length === 0) return [];
      const resends: Resend[] = [];
      lost = lost.flatMap((one) => {
        const permit = one.nextAt > now ? undefined : permits.find(isAbout(one.news));
        if (permit === undefined) return [one];
        const pool = poolFor(one.news, permit, streams);
        const count = mailsOf(one, { pool, cause: permit.cause }, { suspects, now });
        if (count > 0) resends.push({ news: one.news, pool, count });
        return count < one.left ? [{ ...one, left: one.left - count, nextAt: now + hourMs }] : [];
      });
      return resends;
    },
  };
}

type Quota = (
  lost: Lost,
  target: Pick<Permit, 'cause'> & { readonly pool: string },
  standing: { readonly suspects: ReadonlySet<string>; readonly now: number },
) => number;

/** Returns what takes and counts how many of a refusal's mails may leave through a pool now. */
function createQuota(fleet: Fleet, roomOf: PolicyContext['roomOf'], book: EvidenceBook): Quota {
  const rescued = new Map<string, number>();
  const sentInDay = (pool: string, provider: string, now: number) => {
    const since = epochMs(now - dayMs);
    const { values } = book.sent({ pool, provider }, allMail[0], {
      ...{ since, until: epochMs(now), bucketMs: 10 * minuteMs },
    });
    const warm = fleet.pools.find((one) => one.pool === pool)?.warmPerDay ?? 0;
    const daysBefore = Math.max(0, fleet.startsAt - since) / dayMs;
    const sentBefore = warm * (fleet.mix.get(provider) ?? 0) * daysBefore;
    return values.reduce((sum, one) => sum + one, 0) + sentBefore;
  };
  return ({ news, left }, { pool, cause }, { suspects, now }) => {
    const { provider, tenant } = news.batch.cell;
    const key = `${pool}|${provider}|${Math.floor(now / dayMs)}`;
    const before = rescued.get(key) ?? 0;
    const room = roomOf(pool, provider, now);
    const sentToday = sentInDay(pool, provider, now);
    const bounced = {
      reason: news.classified?.reason ?? 'undetermined',
      tenant: tenant.tenant,
      pool: news.pool,
      wasRescued: news.again > 0,
      wasDelivered: false,
    };
    let count = 0;
    for (; count < left; count += 1) {
      const target = { pool, room: room - count, sentToday, rescuedToday: before + count };
      if (!mayRescue(bounced, { cause, suspects, target }).may) break;
    }
    rescued.set(key, before + count);
    return count;
  };
}

function isBlocked({ kind, repeated, classified }: News): boolean {
  const signal = classified === undefined ? undefined : traitsOf(classified.reason).signal;
  return kind === 'refused' && !repeated && signal === 'block';
}

function isAbout({ batch: { cell }, pool, sentAt }: News) {
  return ({ stream, from, provider, since }: Permit): boolean =>
    cell.stream === stream &&
    pool === from &&
    (provider === undefined || provider === cell.provider) &&
    sentAt >= since;
}

function poolFor({ batch: { cell } }: News, permit: Permit, streams: readonly Stream[]): string {
  const stream = streams.find((one) => one.stream === cell.stream);
  const pools = stream === undefined ? [] : assignedPools(stream, cell.provider);
  const others = pools.filter(({ pool }) => pool !== permit.from);
  return choosePool(others, cell.tenant.tenant) ?? permit.to;
}
