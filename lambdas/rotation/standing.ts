import type { StreamStanding } from '../../adapters/standing-store.ts';
import type { RotationPolicy } from '../../contract/environment.ts';
import type { PoolItem, StreamItem } from '../../contract/items.ts';
import { quarantinePool } from '../../contract/names.ts';
import { poolKinds } from '../../contract/pipeline-config.ts';
import type { AutomationItem, StandingItem } from '../../contract/rotation-items.ts';
import type { EvidenceBook } from '../../domain/evidence/model.ts';
import { awayAddresses, awayHistoryMs } from '../../domain/rotation/away.ts';
import type {
  AwayAddress,
  Decision,
  Order,
  Pool,
  PoolKind,
  Standing,
  Stream,
  Warmth,
} from '../../domain/rotation/model.ts';
import { dayMs, type EpochMs, epochMs, minuteMs } from '../../domain/time.ts';
import { createAddresses } from './addresses.ts';
import type { History } from './history.ts';
import type { StandingPorts } from './ports.ts';

/** What stands at a run. */
export type Stands = {
  readonly pools: readonly Pool[];
  readonly streams: readonly Stream[];
  readonly orders: readonly Order[];
  readonly automation: AutomationItem | undefined;
  /** Decisions of the last seven days, oldest first. */
  readonly history: readonly Decision[];
  /** Addresses in the quarantine pool of which the decisions say where they came from. */
  readonly away: readonly AwayAddress[];
  /** Caps of pools whose warm-up is not ours any more. */
  readonly strayCaps: readonly { readonly pool: string; readonly provider: string }[];
};

/** How far back decisions are looked at: brakes and the rule of two pools ask for seven days. */
export const historyMs = 7 * dayMs;

/** What a deploy or AWS Support changes is read this often. */
const declaredMs = 10 * minuteMs;

/** What SES keeps a mail for when a stream says nothing else, seconds. */
const maxDeliveryDefault = 50_400;

type Declared = {
  readonly at: EpochMs;
  readonly pools: readonly PoolItem[];
  readonly streams: readonly StreamItem[];
};

/** Returns a reader of what stands; what seldom changes is remembered for a while. */
export function createStandingReader(
  ports: StandingPorts,
  log: Pick<History, 'read'>,
): (now: EpochMs, book: EvidenceBook) => Promise<Stands> {
  let declared: Declared | undefined;
  const readPlaces = createPlaces(ports);
  return async (now, book) => {
    const history = await log.read(now);
    if (declared === undefined || now - declared.at >= declaredMs)
      declared = await readDeclared(ports, now);
    const { pools, streams } = declared;
    const { addresses, away } = await readPlaces(pools, history, now);
    const [automation, standings, ...ofStreams] = await Promise.all([
      ports.readAutomation(),
      ports.readPoolStandings(),
      ...streams.map(({ stream }) => ports.readStreamStanding(stream)),
    ]);
    const sent = sentToday(book, now);
    const { warmedByUs } = ports.policy;
    return {
      automation,
      history,
      away,
      strayCaps: standings.flatMap(({ pool, provider, warmth }) =>
        warmth && !warmedByUs.includes(pool) ? [{ pool, provider }] : [],
      ),
      pools: pools.map((item) => poolOf(item, { standings, addresses, sent, warmedByUs })),
      streams: streams.map((item, index) => streamOf(item, ofStreams[index], ports.policy)),
      orders: distinct(ofStreams.flatMap(({ orders }) => orders)),
    };
  };
}

async function readDeclared(ports: StandingPorts, now: EpochMs): Promise<Declared> {
  const [pools, streams] = await Promise.all([ports.readPoolItems(), ports.readStreamItems()]);
  return { at: now, pools, streams };
}

type Places = Pick<Stands, 'away'> & {
  readonly addresses: ReadonlyMap<string, readonly string[]>;
};

/** Returns a reader of where the addresses are; a pool of which SES has said nothing yet has none that could move. */
function createPlaces(ports: StandingPorts) {
  const known = createAddresses(ports);
  let since = epochMs(0);
  let last: { readonly taken: readonly string[]; readonly away: Places['away'] } | undefined;
  return async (
    pools: readonly PoolItem[],
    history: readonly Decision[],
    now: EpochMs,
  ): Promise<Places> => {
    const standard = pools.filter(({ kind }) => kind === 'standard').map(({ pool }) => pool);
    if (hasMoved(history, since)) known.forget();
    since = now;
    const asked = standard.length === 0 ? [] : [...standard, quarantinePool];
    const addresses = await known.read(asked, now);
    const taken = addresses.get(quarantinePool) ?? [];
    if (last?.taken !== taken) last = { taken, away: await readAway(ports, taken, now) };
    return { addresses, away: last.away };
  };
}

/** An address that has moved since counts where it is now: the last one of a pool must stay. */
function hasMoved(history: readonly Decision[], since: EpochMs): boolean {
  return history.some(
    ({ done, at, actions }) =>
      done && at >= since && actions.some(({ kind }) => kind === 'quarantine-ip'),
  );
}

/** Somebody else's addresses, or those of long ago, are left to people. */
async function readAway(
  ports: StandingPorts,
  taken: readonly string[],
  now: EpochMs,
): Promise<readonly AwayAddress[]> {
  if (taken.length === 0) return [];
  const decisions = await ports.readDecisions(epochMs(now - awayHistoryMs), now);
  return awayAddresses(decisions).filter(({ ip }) => taken.includes(ip));
}

function poolOf(
  { pool, kind, state, retiringAt, createdAt }: PoolItem,
  known: {
    readonly standings: readonly StandingItem[];
    readonly addresses: ReadonlyMap<string, readonly string[]>;
    readonly sent: ReadonlyMap<string, number>;
    readonly warmedByUs: readonly string[];
  },
): Pool {
  const isOurs = known.warmedByUs.includes(pool);
  const own = known.standings.filter((item) => item.pool === pool);
  const standings = new Map(own.map((item) => [item.provider, standingOf(item)]));
  if (state === 'retiring')
    standings.set('*', { state, since: epochMs(retiringAt ?? createdAt), why: 'by a deploy' });
  const warm = own.filter((item) => item.warmth !== undefined).map(({ provider }) => provider);
  const warmth = own.flatMap(({ provider, warmth: one }): readonly [string, Warmth][] =>
    one && isOurs
      ? [[provider, { ...one, sentToday: sentUnder(provider, pool, { warm, ...known }) }]]
      : [],
  );
  return {
    pool,
    kind: kindOf(kind),
    ips: known.addresses.get(pool) ?? [],
    standings,
    warmth: new Map(warmth),
    ...(isOurs ? { warmUp: 'ours' } : {}),
  };
}

/** Under `other` counts what goes to every provider without warmth of its own. */
export function sentUnder(
  provider: string,
  pool: string,
  { warm, sent }: { readonly warm: readonly string[]; readonly sent: ReadonlyMap<string, number> },
): number {
  if (provider !== 'other') return sent.get(keyOf(pool, provider)) ?? 0;
  let sum = 0;
  for (const [key, count] of sent) {
    const [from, to = ''] = key.split('\n');
    if (from === pool && (to === 'other' || !warm.includes(to))) sum += count;
  }
  return sum;
}

function kindOf(kind: string): PoolKind {
  return poolKinds.find((one) => one === kind) ?? 'shared';
}

function standingOf({ state, since, until, why }: StandingItem): Standing {
  return {
    state,
    since,
    ...(until === undefined ? {} : { until }),
    ...(why === undefined ? {} : { why }),
  };
}

function streamOf(
  { stream, pools }: StreamItem,
  standing: StreamStanding | undefined,
  policy: RotationPolicy,
): Stream {
  const settings = policy.streams[stream] ?? {};
  return {
    stream,
    lane: settings.lane ?? 'marketing',
    pools: Object.keys(pools),
    failover: settings.failover ?? [],
    whenNothingIsWarm: settings.whenNothingIsWarm ?? 'hold',
    assignment: new Map(
      [...(standing?.assignments ?? [])].map(([provider, item]) => [provider, item.pools]),
    ),
    maxDeliverySeconds: settings.maxDeliverySeconds ?? maxDeliveryDefault,
    ...(settings.rescue ? { rescue: true } : {}),
  };
}

/** An order stands once in each stream's partition that it concerns. */
function distinct(orders: readonly (Order & { readonly pk: string; readonly sk: string })[]) {
  const byId = new Map(
    orders.map(({ pk: _pk, sk: _sk, ...order }): readonly [string, Order] => [order.id, order]),
  );
  return [...byId.values()];
}

/** Recipients since midnight UTC by pool and provider. */
function sentToday(book: EvidenceBook, now: EpochMs): ReadonlyMap<string, number> {
  return sentByPair(book, { since: epochMs(Math.floor(now / dayMs) * dayMs), until: now });
}

/** Returns how many mails went through each pool to each provider, by both with a line break between. */
export function sentByPair(
  book: EvidenceBook,
  window: { readonly since: EpochMs; readonly until: EpochMs },
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { origin, sent } of book.cells(['block'], window)) {
    const key = keyOf(origin.pool, origin.provider);
    sums.set(key, sent + (sums.get(key) ?? 0));
  }
  return sums;
}

function keyOf(pool: string, provider: string): string {
  return `${pool}\n${provider}`;
}
