import { traitsOf } from '../../../domain/classification/reasons.ts';
import type { News } from '../mail.ts';
import type { MakePolicy } from '../policy.ts';
import { createDesk } from './desk.ts';
import { createRollingCounts } from './rolling-counts.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** One pool of all addresses, over which SES spreads the mail evenly; nothing is ever done. */
export const singlePool: MakePolicy = ({ fleet }) => {
  const desk = createDesk(fleet, ({ ips }) => ips.length);
  return {
    name: 'single-pool',
    hear: () => undefined,
    send: () => undefined,
    tick: () => undefined,
    routeOf: desk.routeOf,
    pardon: desk.pardon,
    version: desk.version,
    acts: desk.acts,
  };
};

/** A tenant is stopped at so many times its mean volume, or so many bounces of so many mails. */
const hosting = { volumeFactor: 5, bounces: 0.1, mailsMin: 200, outMs: 24 * hourMs, againMax: 3 };

/**
 * Practice of hosting companies: warmed pools weighted by capacity, a pool out for a day at the first
 * blocklist reply, refused mail tried three times elsewhere, tenants stopped at crude limits.
 */
export const hostingPractice: MakePolicy = ({ fleet }) => {
  const desk = createDesk(fleet, ({ warmPerDay }) => Math.max(1, warmPerDay));
  const sent = createRollingCounts(24 * hourMs, 10 * minuteMs);
  const bounced = createRollingCounts(24 * hourMs, 10 * minuteMs);
  const meanPerHour = new Map(
    fleet.tenants.map(({ tenant, mailsPerDay }) => [tenant, mailsPerDay / 24] as const),
  );
  const refused: News[] = [];
  const stop = (tenant: string, why: string, now: number) =>
    desk.hold({ tenant }, { at: now, until: now + hosting.outMs, why });
  const judge = (tenant: string, now: number) => {
    const lastHour = sent.sum(tenant, hourMs, now);
    const usual = meanPerHour.get(tenant) ?? 0;
    if (lastHour >= hosting.mailsMin && lastHour > hosting.volumeFactor * usual) {
      stop(tenant, 'five times its mean volume', now);
    }
    const mails = sent.sum(tenant, 24 * hourMs, now);
    const failures = bounced.sum(tenant, 24 * hourMs, now);
    if (mails >= hosting.mailsMin && failures > hosting.bounces * mails) {
      stop(tenant, 'ten per cent of its mail bounced', now);
    }
  };
  return {
    name: 'hosting-practice',
    hear: (news, now) => {
      for (const one of news) {
        const { kind, classified, pool, batch, count } = one;
        if (kind !== 'refused' || classified === undefined) continue;
        if (
          classified.reason === 'blocklist-dnsbl' ||
          classified.reason === 'block-ip-reputation'
        ) {
          const others = desk.routeOf(batch.cell).pools.filter((one) => one !== pool);
          // The last pool stays in: mail has to leave somewhere.
          if (others.length > 0) {
            desk.leave({ pool }, { at: now, until: now + hosting.outMs, why: 'a blocklist reply' });
          }
        }
        if (isBlock(classified)) refused.push(one);
        bounced.add(batch.cell.tenant.tenant, count, now);
        judge(batch.cell.tenant.tenant, now);
      }
    },
    send: ({ tenant: { tenant } }, _pool, count, now) => {
      sent.add(tenant, count, now);
      judge(tenant, now);
    },
    tick: desk.tick,
    routeOf: desk.routeOf,
    pardon: desk.pardon,
    version: desk.version,
    resend: () =>
      refused.splice(0).flatMap((news) => {
        const { pools } = desk.routeOf(news.batch.cell);
        const pool = pools.find((other) => other !== news.pool);
        const isOver = pool === undefined || news.again >= hosting.againMax;
        return isOver ? [] : [{ news, pool, count: news.count }];
      }),
    acts: desk.acts,
  };
};

function isBlock(classified: News['classified']): boolean {
  return classified !== undefined && traitsOf(classified.reason).signal === 'block';
}
