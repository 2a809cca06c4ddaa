import { sharesOf } from '../../../domain/assignment.ts';
import { suspectsOf } from '../../../domain/evidence/suspects.ts';
import { applyActions, quarantinePool, type Standings } from '../../../domain/rotation/apply.ts';
import { againMs, awaitsMail } from '../../../domain/rotation/awaits-mail.ts';
import { decide } from '../../../domain/rotation/decide.ts';
import type { Decision, Order, Situation, Trigger } from '../../../domain/rotation/model.ts';
import { isWithin } from '../../../domain/rotation/orders.ts';
import { dayMs, epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import { type Fleet, type FleetCell, originOf } from '../fleet.ts';
import type { Act, MakePolicy, PolicyContext, Route } from '../policy.ts';
import { actsOf } from './acts-of-decisions.ts';
import { createEvidenceFeed } from './evidence-feed.ts';
import { createOurRescue } from './our-rescue.ts';

/** How often the schedule looks: often enough to see all news. In a deployment it is every minute. */
const scheduleMs = 10 * minuteMs;
const historyMs = 7 * dayMs;
/** Every kind of action is carried out at once, within the brakes of a deployment. */
const settings = {
  autonomyOf: () => 'act',
  automation: 'on',
  brakes: { movedShareMax: 0.2, holdsMax: 5, feedbackAgeMaxMs: 2 * hourMs },
  vetoMs: 0,
} as const satisfies Partial<Situation>;

/** The loop as it is deployed, every kind of action carried out by itself. */
export const ourLoop: MakePolicy = (context) => {
  const { fleet } = context;
  const feed = createEvidenceFeed();
  const rescue = createOurRescue(context, feed.book);
  const acts: Act[] = [];
  let standings = standingsAtFirst(context);
  let history: readonly Decision[] = [];
  let version = 0;
  let nextSchedule = fleet.startsAt + scheduleMs;
  let nextAgain = 0;
  let ids = 0;
  /** Probes that an order still lets go, by order and tenant. */
  const probesLeft = new Map<string, { left: number }>();
  const trusted = trustedIn(fleet);
  const watched = watchedOf(fleet);
  const baselineOf = baselinesOf(fleet);
  const situationAt = (now: number): Situation => ({
    ...settings,
    now: epochMs(now),
    book: feed.book,
    ...withWarmth(standings, context, now),
    trustOf: (tenant) => (trusted.has(tenant) ? 'established' : 'new'),
    history,
    heardAt: epochMs(now - context.feedbackAgeMs(now)),
    listings: listingsAt(context, now),
    watched,
    baselineOf,
    newId: () => {
      ids += 1;
      return `d${ids}`;
    },
  });
  const look = (trigger: Trigger, now: number) => {
    const decisions = decide(situationAt(now), trigger);
    if (decisions.length === 0) return;
    for (const decision of decisions) {
      if (!decision.done) continue;
      standings = applyActions(standings, decision.actions, epochMs(now));
      acts.push(...actsOf(decision));
      rescue.allow(decision);
      version += 1;
    }
    history = [...history.filter(({ at }) => at > now - historyMs), ...decisions];
  };
  return {
    name: 'goodstanding',
    hear: (news, now) => {
      rescue.hear(news);
      const failures = feed.hear(news);
      if (failures.length === 0) return;
      const regions = suspectsOf(failures, feed.book, epochMs(now)).map(({ region }) => region);
      if (regions.length > 0) look({ kind: 'failures', regions }, now);
    },
    send: feed.send,
    tick: (now) => {
      feed.tick(now);
      const open = standings.orders.filter(({ until }) => until > now);
      if (open.length < standings.orders.length) version += 1;
      standings = { ...standings, orders: open };
      if (now >= nextAgain && awaitsMail({ history, now: epochMs(now) })) {
        nextAgain = now + againMs;
        look({ kind: 'again' }, now);
      }
      if (now < nextSchedule) return;
      look({ kind: 'schedule' }, now);
      nextSchedule = now + (open.length > 0 ? minuteMs : scheduleMs);
    },
    routeOf: (cell) => routeBy(standings, cell, probesLeft),
    pardon: (tenant, now) => {
      const orders = ordersWithout(standings, fleet, tenant);
      if (orders.length === standings.orders.length) return;
      const lifted = standings.orders.filter((order) => !orders.includes(order));
      history = [...history, pardonOf(lifted, now)];
      standings = { ...standings, orders };
      acts.push({ at: now, do: 'return', region: { tenant }, why: 'mended' });
      version += 1;
    },
    version: () => version,
    resend: (now) =>
      rescue.due(now, { streams: standings.streams, suspects: suspectsIn(standings) }),
    isOut: (ip) => isTakenOut(standings, ip),
    levelOf: (pool, provider) => levelBy(standings, pool, provider),
    acts,
  };
};

function trustedIn({ tenants }: Fleet): ReadonlySet<string> {
  return new Set(tenants.filter(({ established }) => established).map(({ tenant }) => tenant));
}

function ordersWithout({ orders }: Standings, { tenants }: Fleet, tenant: string) {
  const identities = tenants.filter((one) => one.tenant === tenant).map((one) => one.identity);
  const names = new Set([tenant, ...identities]);
  return orders.filter(({ region }) => !names.has(region.tenant ?? region.identity ?? ''));
}

function isTakenOut({ pools }: Standings, ip: string): boolean {
  return !pools.some(({ pool, ips }) => pool !== quarantinePool && ips.includes(ip));
}

function standingsAtFirst({ fleet }: PolicyContext): Standings {
  return {
    orders: [],
    streams: fleet.streams.map(({ stream, lane, pools, failover, maxDeliveryMinutes }) => ({
      stream,
      lane,
      pools,
      failover,
      whenNothingIsWarm: 'hold',
      ...(lane === 'transactional' ? { rescue: true } : {}),
      assignment: new Map([['*', pools.map((pool) => ({ pool, weight: 1 }))]]),
      maxDeliverySeconds: maxDeliveryMinutes * 60,
    })),
    pools: fleet.pools.map(({ pool, ips, warmPerDay }) => ({
      pool,
      kind: 'standard',
      ips,
      standings: new Map([
        ['*', { state: warmPerDay > 0 ? 'active' : 'warming', since: epochMs(fleet.startsAt) }],
      ]),
      warmth: new Map(),
    })),
  };
}

/** Pools, providers and their pairs; tenants and identities, alone and at each provider. */
function watchedOf({ pools, providers, cells, tenants }: Fleet) {
  return {
    shared: (pools.length + 1) * providers.length,
    own: 2 * (cells.length + tenants.length),
  };
}

/** What the thirty days before the scenario would have shown of tenants that were there. */
function baselinesOf({ tenants }: Fleet): NonNullable<Situation['baselineOf']> {
  const known = new Map(
    tenants.flatMap(({ tenant, identity, established, traits }) =>
      established ? [tenant, identity].map((name) => [name, traits.unknownShare] as const) : [],
    ),
  );
  return ({ tenant, identity }, signal) =>
    signal === 'hard-bounce' ? known.get(tenant ?? identity ?? '') : undefined;
}

/** The caps that stand are those of the run, which are the same for every policy. */
function withWarmth(standings: Standings, context: PolicyContext, now: number): Standings {
  const { providers } = context.fleet;
  const pools = standings.pools.map((pool) => ({
    ...pool,
    warmth: new Map(
      providers.map((provider) => [provider, context.warmthOf(pool.pool, provider, now)] as const),
    ),
  }));
  return { ...standings, pools };
}

function listingsAt({ fleet, listingsOf }: PolicyContext, now: number) {
  const listings = new Map<string, readonly string[]>();
  for (const { ips } of fleet.pools) {
    for (const ip of ips) {
      const lists = listingsOf(ip, now);
      if (lists.length > 0) listings.set(ip, lists);
    }
  }
  return listings;
}

/** The decision that a person's command makes. */
function pardonOf(orders: readonly Order[], now: number): Decision {
  return {
    id: `pardon-${now}`,
    at: epochMs(now),
    autonomy: 'act',
    done: true,
    actions: orders.map((order) => ({ kind: 'release', orderId: order.id, order })),
    evidence: [],
    counterEvidence: [],
    by: 'a person',
    why: 'mended',
  };
}

/** What dispatch does: the pool, or the pools of a tenant that is spread, then every order about the mail; the strictest holds. */
function routeBy(
  { streams, orders }: Standings,
  cell: FleetCell,
  probesLeft: Map<string, { left: number }>,
): Route {
  const stream = streams.find((one) => one.stream === cell.stream);
  const assigned = stream?.assignment.get(cell.provider) ?? stream?.assignment.get('*') ?? [];
  const { tenant } = cell.tenant;
  const shares = sharesOf(assigned, tenant);
  const pools = shares.map(({ pool }) => pool);
  const weights = shares.map(({ share }) => share);
  const way = { pools, ...(pools.length > 1 && { weights, roomElsewhere: 'unused' as const }) };
  if (pools.length === 0) return { pools: [], share: 0 };
  const origins = pools.map((pool) => originOf(cell, pool));
  const about = orders.filter(
    (order) =>
      origins.some((origin) => isWithin(order.region, origin)) &&
      (order.streams?.includes(cell.stream) ?? true),
  );
  const probed = about.find(({ probes }) => probes?.tenants.includes(tenant));
  const against = about.filter((order) => order !== probed && shareOf(order, tenant) < 1);
  const share = Math.min(1, ...against.map((one) => shareOf(one, tenant)));
  if (probed?.probes === undefined || share === 0) return { ...way, share, orders: against };
  const key = `${probed.id} ${tenant}`;
  const probes = probesLeft.get(key) ?? { left: probed.probes.mails };
  probesLeft.set(key, probes);
  return { ...way, share, orders: [probed], probes };
}

/** A trial lets only tenants that it names leave. */
function shareOf({ share, tenants }: Order, tenant: string): number {
  return tenants === undefined || tenants.includes(tenant) ? share : 0;
}

/** Tenants that are held: their mail is not rescued. */
function suspectsIn({ orders }: Standings): ReadonlySet<string> {
  return new Set(orders.flatMap(({ region }) => region.tenant ?? []));
}

function levelBy({ pools }: Standings, name: string, provider: string) {
  const pool = pools.find((one) => one.pool === name);
  const standing = pool?.standings.get(provider) ?? pool?.standings.get('*');
  if (standing?.state === 'quarantined') return 'act';
  return standing?.state === 'degraded' ? 'degrade' : 'quiet';
}
