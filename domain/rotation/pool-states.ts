/** What a pool's state allows, and what it may become. */
import { epochMs } from '../time.ts';
import type { Pool, PoolState, Standing } from './model.ts';

/** Legal next states. What was quarantined comes back through `cold`: it has to prove itself from the start. */
const next: Readonly<Record<PoolState, readonly PoolState[]>> = {
  cold: ['warming', 'quarantined', 'resting', 'retiring'],
  warming: ['active', 'degraded', 'cold', 'quarantined', 'resting', 'retiring'],
  active: ['degraded', 'cold', 'quarantined', 'resting', 'retiring'],
  degraded: ['active', 'warming', 'quarantined', 'resting', 'retiring'],
  quarantined: ['cold', 'retiring'],
  resting: ['cold', 'warming', 'active', 'quarantined', 'retiring'],
  retiring: ['cold'],
};

const takesMail: Readonly<Record<PoolState, boolean>> = {
  cold: false,
  warming: true,
  active: true,
  degraded: true,
  quarantined: false,
  resting: false,
  retiring: false,
};

/** Where the word for all providers outweighs that for one: a pool that is out is out everywhere. */
const out: ReadonlySet<PoolState> = new Set(['quarantined', 'resting', 'retiring']);

/** A pool of which nothing is written: it carries mail as its deploy declares. */
const unwritten: Standing = { state: 'active', since: epochMs(0) };

/** Returns whether a pool may go from one state to another; to stay is no change and always legal. */
export function mayBecome(from: PoolState, to: PoolState): boolean {
  return from === to || next[from].includes(to);
}

/** Returns how a pool stands with a provider, its word for all providers included. */
export function standingAt(pool: Pool, provider: string): Standing {
  const everywhere = pool.standings.get('*');
  if (everywhere && out.has(everywhere.state)) return everywhere;
  return pool.standings.get(provider) ?? everywhere ?? unwritten;
}

/** Returns whether new mail to a provider may be given to a pool. */
export function canTakeMail(pool: Pool, provider: string): boolean {
  return takesMail[standingAt(pool, provider).state];
}
