import type { CauseKind } from '../../../domain/blame/model.ts';
import type { Decision } from '../../../domain/rotation/model.ts';
import { mayRescue } from '../../../domain/rotation/rescue.ts';
import type { News } from '../mail.ts';
import type { PolicyContext, Resend } from '../policy.ts';

/** Refused mail that the rule of the domain lets be sent once more, when a decision has found the pool at fault. */
export type OurRescue = {
  readonly hear: (news: readonly News[]) => void;
  /** Takes note of a decision that allows it. */
  readonly allow: (decision: Decision) => void;
  readonly due: (now: number, suspects: ReadonlySet<string>) => readonly Resend[];
};

type Permit = { readonly to: string; readonly cause: CauseKind };

/** Refused mail waits so long for the verdict that lets it be sent once more. */
const waitMs = 1_800_000;
const dayMs = 86_400_000;

/** Creates the rescue of a run. */
export function createOurRescue({ warmthOf, roomOf }: PolicyContext): OurRescue {
  const permits = new Map<string, Permit>();
  const rescued = new Map<string, number>();
  let refused: News[] = [];
  const rescueOf = (news: News, permit: Permit, now: number, suspects: ReadonlySet<string>) => {
    const { provider } = news.batch.cell;
    const { to: pool, cause } = permit;
    const key = `${pool}|${provider}|${Math.floor(now / dayMs)}`;
    let count = 0;
    for (; count < news.count; count += 1) {
      const rescuedToday = (rescued.get(key) ?? 0) + count;
      const lost = {
        reason: news.classified?.reason ?? 'undetermined',
        tenant: news.batch.cell.tenant.tenant,
        pool: news.pool,
        wasRescued: news.again > 0,
        wasDelivered: false,
      };
      const { sentToday } = warmthOf(pool, provider, now);
      const room = roomOf(pool, provider, now) - count;
      const target = { pool, room, sentToday, rescuedToday };
      if (!mayRescue(lost, { cause, suspects, target }).may) break;
    }
    rescued.set(key, (rescued.get(key) ?? 0) + count);
    return count;
  };
  return {
    hear: (news) => {
      refused.push(...news.filter(({ kind, repeated }) => kind === 'refused' && !repeated));
    },
    allow: ({ actions, cause }) => {
      for (const action of actions) {
        if (action.kind !== 'rescue' || cause === undefined) continue;
        const { provider = '*' } = cause.region;
        const permit = { to: action.to, cause: cause.kind };
        permits.set(`${action.stream}|${action.from}|${provider}`, permit);
      }
    },
    due: (now, suspects) => {
      if (permits.size === 0) {
        refused = refused.filter(({ heardAt }) => heardAt > now - waitMs);
        return [];
      }
      const kept: News[] = [];
      const resends = refused.flatMap((news) => {
        const { stream, provider } = news.batch.cell;
        const from = `${stream}|${news.pool}`;
        const permit = permits.get(`${from}|${provider}`) ?? permits.get(`${from}|*`);
        const count = permit ? rescueOf(news, permit, now, suspects) : 0;
        if (permit === undefined && news.heardAt > now - waitMs) kept.push(news);
        return permit && count > 0 ? [{ news, pool: permit.to, count }] : [];
      });
      refused = kept;
      return resends;
    },
  };
}
