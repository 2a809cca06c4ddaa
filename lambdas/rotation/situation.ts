import type { TenantItem } from '../../contract/items.ts';
import type {
  ActionKind,
  Autonomy,
  Decision,
  Situation,
  Trust,
} from '../../domain/rotation/model.ts';
import { dayMs, type EpochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { createBaselines } from './baselines.ts';
import { isOpen } from './change-window.ts';
import type { Evidence } from './evidence-memory.ts';
import type { History } from './history.ts';
import { readOwnListings } from './own-listings.ts';
import type { StandingPorts } from './ports.ts';
import { createStandingReader, type Stands } from './standing.ts';

/** Reads what stands and decides on it. */
export type ReadSituation = (asked: {
  readonly now: EpochMs;
  readonly evidence: Evidence;
  readonly ids: () => string;
  readonly choose: (situation: Situation) => readonly Decision[];
}) => Promise<{
  readonly decisions: readonly Decision[];
  readonly situation: Situation;
  /** Caps of pools whose warm-up is not ours any more. */
  readonly strayCaps: Stands['strayCaps'];
}>;

/** Only pools whose deploy says that we warm them up have a ladder: that word is its autonomy. */
const byItself: Partial<Readonly<Record<ActionKind, Autonomy>>> = { grow: 'act' };

/** A tenant this old is known; younger ones wait where room is short and send no probes. */
const establishedMs = 30 * dayMs;

/** News this old may not decide any more. */
const feedbackAgeMaxMs = 2 * hourMs;

/** Tenants whose age is remembered. */
const knownMax = 20_000;

/** How often a decision may ask for tenants that are not known yet. */
const roundsMax = 3;

/**
 * Returns a reader of the situation. How old a tenant is, is read only where a decision asks for it: the
 * decision is made again then, which costs nothing, because deciding is pure.
 */
export function createSituations(
  ports: StandingPorts,
  history: Pick<History, 'read'>,
): ReadSituation {
  const readStands = createStandingReader(ports, history);
  const createdAt = new Map<string, number>();
  const baselines = createBaselines();
  return async ({ now, evidence, ids, choose }) => {
    const stands = await readStands(now, evidence.book);
    const { policy } = ports;
    const { book } = evidence;
    const listings = await readOwnListings(ports, {
      pools: stands.pools,
      away: stands.away,
      book,
      now,
    });
    let made: readonly string[] = [];
    for (let round = 1; ; round += 1) {
      const asked = new Set<string>();
      const trustOf = (tenant: string): Trust => {
        const created = createdAt.get(tenant);
        if (created === undefined) asked.add(tenant);
        return created !== undefined && now - created >= establishedMs ? 'established' : 'new';
      };
      const again = replay(made, ids);
      const situation: Situation = {
        now,
        book,
        heardAt: evidence.heardAt,
        pools: stands.pools,
        streams: stands.streams,
        orders: stands.orders,
        history: stands.history,
        automation: stands.automation?.state ?? 'on',
        autonomyOf: (kind) =>
          stands.automation?.autonomy[kind] ?? policy.autonomy[kind] ?? byItself[kind] ?? 'observe',
        trustOf,
        brakes: {
          movedShareMax: policy.movedShareMax,
          holdsMax: policy.holdsMax,
          feedbackAgeMaxMs,
        },
        listings,
        away: stands.away,
        ...(stands.automation?.resumedAt === undefined
          ? {}
          : { resumedAt: stands.automation.resumedAt }),
        baselineOf: baselines(book, now),
        vetoMs: policy.vetoMinutes * minuteMs,
        ...(isOpen(policy.changeWindows, now) ? {} : { changeWindow: 'closed' }),
        newId: again.next,
      };
      const decisions = choose(situation);
      if (asked.size === 0 || round === roundsMax)
        return { decisions, situation, strayCaps: stands.strayCaps };
      made = again.made();
      if (createdAt.size > knownMax) createdAt.clear();
      for (const tenant of asked) createdAt.set(tenant, now);
      for (const item of await ports.readTenants([...asked])) remember(createdAt, item);
    }
  };
}

function remember(createdAt: Map<string, number>, item: TenantItem): void {
  createdAt.set(item.tenant, item.createdAt);
}

/** Gives the same ids again to a decision that is made again. */
function replay(made: readonly string[], ids: () => string) {
  const given: string[] = [];
  return {
    next: () => {
      const id = made[given.length] ?? ids();
      given.push(id);
      return id;
    },
    made: () => [...given, ...made.slice(given.length)],
  };
}
