/**
 * A pool that fills its warm caps gives tenants to pools with room, before their mail has to wait; of a tenant
 * that is larger than any room it gives a part.
 */
import type { EvidenceBook } from '../evidence/model.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs } from '../time.ts';
import { poolNamed, roomOf } from './capacity.ts';
import { chooseRelief, type Relief } from './choose-relief.ts';
import { assignedPools } from './eligible-pools.ts';
import type { Situation, Stream, Warmth } from './model.ts';
import { movedShare, openLedger } from './move-ledger.ts';
import { openOrders } from './orders.ts';
import type { Plan } from './plan.ts';
import { standingAt } from './pool-states.ts';
import { allMail, sumPerHour, type Trusted } from './traffic.ts';

/**
 * From this share of an hour's cap on a pool is relieved, down to the second; who takes its mail is filled up
 * to the first. Between the two lies what the next hour of a working day may add.
 */
const fill = { full: 0.8, relieved: 0.65 } as const;

/** A day's cap that would be used up within so many hours is as full as an hour's. */
const aheadHours = 3;

/** Of the limit of moves an hour so much is kept for faults. */
const keptForFaults = 0.5;

/** Whose mail grew by more than this within an hour stays: a bad tenant shall meet one pool, not two. */
const growthMax = 2;

/** What would relieve a pool by less than this share of its cap is not worth another pool for anybody. */
const worthPlacing = 0.02;

type Place = { readonly stream: Stream; readonly provider: string; readonly pool: string };

/** Returns the plans that relieve pools in use, each of what stands when it is asked for. */
export function* planReliefs(look: () => Situation): Generator<Plan> {
  const first = look();
  const full = first.streams.flatMap((stream) => fullPlaces(stream, first));
  // What a pool was given a moment ago has not been sent yet.
  const given = new Map<string, number>();
  for (const {
    stream: { stream: name },
    ...place
  } of full) {
    const situation = look();
    const stream = situation.streams.find((one) => one.stream === name);
    const found = stream && relief({ ...place, stream }, { situation, given });
    if (found === undefined) continue;
    for (const [pool, perHour] of found.inflow) {
      const key = placeKey(pool, place.provider);
      given.set(key, perHour + (given.get(key) ?? 0));
    }
    yield found.plan;
  }
}

function placeKey(pool: string, provider: string): string {
  return `${pool}\n${provider}`;
}

/** What stands, and what this round has given to pools at a provider, recipients an hour. */
type Round = { readonly situation: Situation; readonly given: ReadonlyMap<string, number> };

/** Only where every pool of the stream is well and nothing moved lately: the counts of an hour ago are stale after a move. */
function fullPlaces(stream: Stream, situation: Situation): readonly Place[] {
  const { pools, history, now } = situation;
  const providers = new Set(pools.flatMap(({ warmth }) => [...warmth.keys()]));
  return [...providers].flatMap((provider) => {
    const used = assignedPools(stream, provider).filter(({ weight }) => weight > 0);
    const crowded = used.filter(({ pool }) => isFull(pool, provider, situation));
    if (used.length < 1 || crowded.length === 0) return [];
    const isWell = used.every(({ pool }) => isActive(pool, provider, situation));
    const isRecent = history.some(
      ({ done, at, actions }) =>
        done &&
        at > now - hourMs &&
        actions.some(
          (one) => one.kind === 'move' && one.stream === stream.stream && one.provider === provider,
        ),
    );
    const isSlowed = openOrders(situation).some(
      ({ region }) =>
        region.tenant === undefined &&
        region.identity === undefined &&
        [undefined, provider].includes(region.provider),
    );
    if (!isWell || isRecent || isSlowed) return [];
    return crowded.map(({ pool }) => ({ stream, provider, pool }));
  });
}

function isActive(name: string, provider: string, situation: Situation): boolean {
  const pool = poolNamed(situation, name);
  return pool !== undefined && standingAt(pool, provider).state === 'active';
}

function isFull(name: string, provider: string, situation: Situation): boolean {
  const warmth = poolNamed(situation, name)?.warmth.get(provider);
  // What a day has not brought yet no hour of it has.
  if (!warmth || warmth.sentToday < fill.full * warmth.hourCap) return false;
  const sent = sentLastHour(name, provider, situation);
  return sent >= fill.full * hourlyRoom(warmth, situation.now);
}

/** Recipients an hour that the caps allow: the hour's, or what is left of the day's for the next hours. */
function hourlyRoom({ hourCap, dayCap, sentToday }: Warmth, now: EpochMs): number {
  const hoursLeft = (dayMs - (now % dayMs)) / hourMs;
  const left = Math.max(0, dayCap - sentToday);
  return Math.min(hourCap, left / Math.min(aheadHours, Math.max(1, hoursLeft)));
}

function relief(
  place: Place,
  round: Round,
): { readonly plan: Plan; readonly inflow: ReadonlyMap<string, number> } | undefined {
  const { stream, provider, pool } = place;
  const { situation } = round;
  const warmth = poolNamed(situation, pool)?.warmth.get(provider);
  const cap = warmth ? Math.round(hourlyRoom(warmth, situation.now)) : 0;
  const carried = sentLastHour(pool, provider, situation);
  const before = assignedPools(stream, provider);
  const { pools, perHour, named, inflow } = chooseRelief({
    ...{ pool, provider, before, least: worthPlacing * cap },
    ...limitsOf(place, carried - fill.relieved * cap, round),
  });
  if (perHour === 0) return undefined;
  const plan: Plan = {
    id: situation.newId(),
    actions: [{ kind: 'move', stream: stream.stream, provider, before, pools }],
    // The first sentence names the trouble and no number, so that it is said once an hour where nothing is done.
    evidence: [
      `pool ${pool} fills its warm capacity at ${provider} with stream ${stream.stream} while other pools have room`,
      `it sent ${Math.round(carried)} mails there in the last hour and may send ${cap}, so ${listOf(named)} ${Math.round(perHour)} an hour to other pools`,
    ],
    counterEvidence: [],
  };
  return { plan, inflow };
}

/** Who may leave, where to, and how much. */
function limitsOf(
  { stream, provider, pool }: Place,
  wanted: number,
  { situation, given }: Round,
): Pick<Relief, 'flows' | 'wanted' | 'room' | 'mayMeet'> {
  const ledger = openLedger(situation);
  const own = ledger.flows.filter((flow) => flow.stream === stream.stream);
  const limit = situation.brakes.movedShareMax * keptForFaults;
  const budget = (limit - movedShare(situation, stream.stream)) * sumPerHour(own);
  const others = assignedPools(stream, provider).filter(
    (one) => one.pool !== pool && one.weight > 0,
  );
  return {
    flows: own.filter(moverOf(situation)),
    wanted: Math.min(wanted, budget),
    room: new Map(
      others.map(({ pool: name }) => {
        const free = spare(name, provider, situation) - (given.get(placeKey(name, provider)) ?? 0);
        return [name, free] as const;
      }),
    ),
    mayMeet: ledger.mayMeet,
  };
}

function listOf(tenants: readonly string[]): string {
  const [first = '', ...others] = tenants;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `tenant ${first}${more} ${others.length > 0 ? 'give' : 'gives'}`;
}

/** Whether a flow may meet a second pool: who is new, held or suddenly larger may be why the pool is full. */
function moverOf({ book, now, orders }: Situation): (flow: Trusted) => boolean {
  const held = new Set(orders.flatMap(({ region, until }) => (until > now ? [region.tenant] : [])));
  const last = volumes(book, { since: epochMs(now - hourMs), until: now });
  const previous = volumes(book, {
    since: epochMs(now - 2 * hourMs),
    until: epochMs(now - hourMs),
  });
  return ({ tenant, trust }) =>
    trust === 'established' &&
    !held.has(tenant) &&
    (last.get(tenant) ?? 0) <= growthMax * (previous.get(tenant) ?? 0);
}

function volumes(
  book: EvidenceBook,
  window: { readonly since: EpochMs; readonly until: EpochMs },
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { origin, sent } of book.cells(allMail, window))
    sums.set(origin.tenant, (sums.get(origin.tenant) ?? 0) + sent);
  return sums;
}

function spare(name: string, provider: string, situation: Situation): number {
  const pool = poolNamed(situation, name);
  const warmth = pool?.warmth.get(provider);
  if (!pool) return 0;
  const room = warmth ? hourlyRoom(warmth, situation.now) : roomOf(pool, provider, 0);
  return fill.full * room - sentLastHour(name, provider, situation);
}

function sentLastHour(pool: string, provider: string, { book, now }: Situation): number {
  const window = { since: epochMs(now - hourMs), until: now, bucketMs: minuteMs };
  const { values } = book.sent({ pool, provider }, allMail[0], window);
  return values.reduce((sum, one) => sum + Math.max(0, one), 0);
}
