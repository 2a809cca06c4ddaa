/** Blocks: what leaves a pool, and what stops using it. */
import type { Region } from '../evidence/model.ts';
import { epochMs } from '../time.ts';
import { placeOf, poolNamed } from './capacity.ts';
import { expiryOf, stillInside } from './explain.ts';
import { everyProvider, leavePool } from './leave-pool.ts';
import { isConfirmed, isListed, needsPerson } from './listings.ts';
import { lengthened, measureMs } from './measures.ts';
import type { Action, Pool, Stream } from './model.ts';
import { type MoveLedger, openLedger } from './move-ledger.ts';
import type { MovePlan, MoveWanted } from './move-share.ts';
import { sameCauses } from './past.ts';
import type { Outline, Scene } from './plan.ts';
import { holdOf, planSlow } from './plan-holds.ts';
import { mayBecome, standingAt } from './pool-states.ts';
import { shrunk } from './warm-up.ts';

/** Returns the move of a provider's share of a pool to wherever there is warm room. */
export function planMove(scene: Scene): Outline | undefined {
  const { cause, situation } = scene;
  const pool = blockedPool(scene);
  const provider = cause.region.provider;
  // There is nothing to rotate between where SES's shared addresses are all the same.
  if (!pool || provider === undefined || pool.kind === 'shared') return planSlow(scene);
  if (isOut(pool, provider)) return undefined;
  if (needsPerson(scene, pool)) return refuse(scene, { pool: pool.pool, provider });
  const ledger = openLedger(situation);
  const part = movesOf(scene, ledger, { pool, providers: [provider], fraction: 1 });
  return outlineOf(scene, pool, {
    part,
    ledger,
    after: quarantineOf(scene, pool, provider),
  });
}

/**
 * Returns the quarantine of a pool everywhere. What no query of ours and too few known providers confirm
 * takes it out where known providers vouch for it, and nowhere else.
 */
export function planQuarantinePool(scene: Scene): Outline | undefined {
  const { situation } = scene;
  const pool = blockedPool(scene);
  if (!pool || pool.kind === 'shared') return planSlow(scene);
  if (isOut(pool, '*')) return undefined;
  if (needsPerson(scene, pool)) return refuse(scene, { pool: pool.pool });
  const confirmed = isConfirmed(scene, pool);
  const providers = confirmed ? everywhere(pool, scene) : vouchedProviders(scene, pool);
  if (providers.length === 0) return undefined;
  const ledger = openLedger(situation);
  const part = movesOf(scene, ledger, { pool, providers, fraction: 1 });
  const after = confirmed
    ? quarantineOf(scene, pool, '*')
    : providers.flatMap((provider) => quarantineOf(scene, pool, provider));
  return outlineOf(scene, pool, { part, ledger, after });
}

/**
 * Returns what takes a listed address out of its pool: its share of the mail first, then the caps of those
 * that stay, then the address. The last address of a pool stays, and the pool goes into quarantine whole.
 */
export function planQuarantineIp(scene: Scene): Outline | undefined {
  const { cause } = scene;
  const { ip } = cause.region;
  const pool = blockedPool(scene);
  const canLeave =
    pool?.kind === 'standard' && ip !== undefined && pool.ips.includes(ip) && pool.ips.length > 1;
  if (!pool || !canLeave || !isConfirmed(scene, pool)) return planQuarantinePool(scene);
  if (needsPerson(scene, pool)) return refuse(scene, { pool: pool.pool });
  const ledger = openLedger(scene.situation);
  const fraction = 1 / pool.ips.length;
  const part = movesOf(scene, ledger, { pool, providers: everywhere(pool, scene), fraction });
  const stays = { ...pool, ips: pool.ips.filter((one) => one !== ip) };
  const caps = [...pool.warmth].map(([provider, before]): Action => {
    const dayCap = Math.max(1, Math.floor(before.dayCap * (1 - fraction)));
    const hourCap = Math.max(1, Math.floor(dayCap / 10));
    const step = Math.min(before.step, shrunk(before, placeOf(stays, provider)).step + 1);
    const { step: stood, dayCap: day, hourCap: hour } = before;
    return {
      kind: 'grow',
      pool: pool.pool,
      provider,
      warmth: { step, dayCap, hourCap },
      before: { step: stood, dayCap: day, hourCap: hour },
    };
  });
  return outlineOf(scene, pool, {
    part: { ...part, heldPerHour: 0 },
    ledger,
    after: [...caps, { kind: 'quarantine-ip', ip: ip ?? '', from: pool.pool }],
  });
}

type Leaving = {
  readonly pool: Pool;
  readonly providers: readonly string[];
  readonly fraction: number;
};

function movesOf(scene: Scene, ledger: MoveLedger, leaving: Leaving): MovePlan {
  const { situation, decision } = scene;
  const { pool, providers, fraction } = leaving;
  const holdMs = strandedMs(scene, pool);
  const wanted = { from: pool.pool, providers, fraction, holdMs, movers: moversOf(scene, pool) };
  return leavePool(wanted, situation, { ledger, decision });
}

/** On a listing that nobody can be named for, whoever is new may be who earned it. */
function moversOf(scene: Scene, pool: Pool): MoveWanted['movers'] {
  return isListed(scene, pool) && scene.cause.earnedBy === undefined ? 'established' : 'all';
}

/** Suspects are held first, then mail moves, then the pool is out: at no instant does mail meet a closed door. */
function outlineOf(
  scene: Scene,
  pool: Pool,
  {
    part,
    ledger,
    after,
  }: { readonly part: MovePlan; readonly ledger: MoveLedger; readonly after: readonly Action[] },
): Outline {
  const { cause, situation } = scene;
  const suspect = cause.earnedBy && holdOf(scene, cause.earnedBy, suspectKind(cause.earnedBy));
  const streams = situation.streams.filter((stream) => usesPool(stream, pool.pool));
  const until = epochMs(situation.now + strandedMs(scene, pool));
  const isShort = part.brake === 'nothing-warm' || part.heldPerHour > 0;
  return {
    actions: [...(suspect ? [suspect] : []), ...part.actions, ...after],
    deeds: [
      ...expiryOf(part.heldPerHour, streams, { now: situation.now, until }),
      ...stillInside(streams, { ...cause.region, pool: pool.pool }, situation),
    ],
    moved: ledger.moved(),
    ...(moversOf(scene, pool) === 'established' && { movers: 'established' }),
    rescue: { from: pool.pool, to: part.targets },
    ...(part.brake && { brake: part.brake }),
    ...(isShort && {
      advice:
        'add warm capacity or a failover pool for these streams, or lift the hold if the block is gone (goodstanding orders list, orders lift); what waits too long expires',
    }),
  };
}

/** A listing of the sender's own doing is taken off by people who mend the cause; moving on would be fleeing it. */
function refuse(scene: Scene, region: Region): Outline {
  const { earnedBy } = scene.cause;
  const suspect = earnedBy && holdOf(scene, earnedBy, suspectKind(earnedBy));
  const hold = holdOf(scene, region, 'hold-pair');
  return {
    actions: [...(suspect ? [suspect] : []), ...(hold ? [hold] : [])],
    deeds: ['nothing moves: the Spamhaus SBL lists senders, not addresses'],
    brake: 'refused',
    advice:
      'find and stop the sender behind the listing, ask for removal at https://check.spamhaus.org, then lift the hold (goodstanding orders list, orders lift)',
  };
}

function quarantineOf(scene: Scene, pool: Pool, provider: string): readonly Action[] {
  const { now } = scene.situation;
  const before = standingAt(pool, provider);
  if (!mayBecome(before.state, 'quarantined')) return [];
  const own = pool.standings.get(provider);
  return [
    {
      kind: 'quarantine',
      pool: pool.pool,
      provider,
      standing: {
        state: 'quarantined',
        since: now,
        until: epochMs(now + quarantineMs(scene, pool)),
        why: scene.decision.id,
      },
      ...(own && { before: own }),
    },
  ];
}

function quarantineMs(scene: Scene, pool: Pool): number {
  const first = isListed(scene, pool) ? measureMs.listing : measureMs.quarantine;
  return lengthened(first, sameCauses(scene.situation, scene.cause).length);
}

/** What is left behind waits as long again, for a release that begins late. */
function strandedMs(scene: Scene, pool: Pool): number {
  return quarantineMs(scene, pool) * 2;
}

function blockedPool({ cause, situation }: Scene): Pool | undefined {
  const { pool, ip } = cause.region;
  if (pool !== undefined) return poolNamed(situation, pool);
  return ip === undefined ? undefined : situation.pools.find(({ ips }) => ips.includes(ip));
}

/** A pool that is out already, or on its way back, is not decided on again. */
function isOut(pool: Pool, provider: string): boolean {
  return ['quarantined', 'cold', 'resting', 'retiring'].includes(standingAt(pool, provider).state);
}

/** Providers of which known ones vouch that they block the pool. */
function vouchedProviders({ cause, situation }: Scene, pool: Pool): readonly string[] {
  const window = { since: cause.onset, until: epochMs(situation.now + 1), within: cause.region };
  const failures = situation.book.failures([cause.signal], window);
  const named = new Set(
    failures.flatMap(({ vouched, origin }) => (vouched ? [origin.provider] : [])),
  );
  return [...named].filter((provider) => !isOut(pool, provider));
}

function everywhere(pool: Pool, { situation }: Scene): readonly string[] {
  return everyProvider(pool.pool, situation, openLedger(situation));
}

function usesPool(stream: Stream, pool: string): boolean {
  return [...stream.assignment.values()].flat().some((one) => one.pool === pool);
}

function suspectKind(region: Region): 'hold-tenant' | 'hold-pair' {
  return Object.keys(region).length === 1 ? 'hold-tenant' : 'hold-pair';
}
