import { diceFor } from '../dice.ts';
import { drawArrivals, drawParts } from './draw-counts.ts';
import type { Fleet, Traits } from './fleet.ts';
import type { Scenario } from './scenario.ts';
import { asTenantEvent, makesBad, type TenantEvent } from './scenario-events.ts';

/** Shares of a day's mail by hour (UTC), of 1; `day` is office hours, `morning` a mailing at eight. */
const profiles = {
  flat: Array.from({ length: 24 }, () => 1 / 24),
  day: shares([1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 8, 7, 7, 7, 7, 6, 5, 4, 3, 3, 2, 2, 1]),
  morning: shares([0, 0, 0, 0, 0, 0, 1, 4, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0]),
} as const;

/** How often a drift is told anew, minutes. */
const driftStepMinutes = 10;

/** Mail that is born in a minute, by cell, in parts of it. */
export type Births = {
  readonly cells: readonly number[];
  /** By cell of `cells`: how many in each part of the minute. */
  readonly counts: readonly (readonly number[])[];
};

/** The mail of all tenants; the same seed gives the same mail to every policy. */
export type Traffic = {
  /** What the tenant's mail is like now. */
  readonly traitsOf: (tenantIndex: number) => Traits;
  /** Begins a minute; minutes come in order. */
  readonly minute: (minute: number, parts: number) => Births;
};

/** Creates the mail of a fleet: its rates follow the hour and the events of the scenario. */
export function createTraffic(fleet: Fleet, events: Scenario['events'], seed: number): Traffic {
  const traits = fleet.tenants.map((tenant) => tenant.traits);
  const changes = changesOf(fleet, events);
  const means = new Float64Array(fleet.cells.length);
  const floors = new Float64Array(fleet.cells.length);
  let ratesOfHour = -1;
  const setRates = (hour: number) => {
    for (const { index, tenant, tenantIndex, share } of fleet.cells) {
      const factor = traits[tenantIndex]?.volumeFactor ?? 1;
      const perHour = tenant.mailsPerDay * share * (profiles[tenant.profile][hour % 24] ?? 0);
      means[index] = (perHour * factor) / 60;
      floors[index] = Math.exp(-(means[index] ?? 0));
    }
  };
  return {
    traitsOf: (tenantIndex) => known(traits[tenantIndex]),
    minute: (minute, parts) => {
      const hour = Math.floor((fleet.startsAt / 60_000 + minute) / 60);
      const due = changes.get(minute) ?? [];
      for (const { tenantIndex, now } of due) {
        traits[tenantIndex] = now(known(traits[tenantIndex]));
      }
      if (due.length > 0 || hour !== ratesOfHour) setRates(hour);
      ratesOfHour = hour;
      return drawBirths({ means, floors, seed, minute, parts });
    },
  };
}

function drawBirths({
  means,
  floors,
  seed,
  minute,
  parts,
}: {
  readonly means: Float64Array;
  readonly floors: Float64Array;
  readonly seed: number;
  readonly minute: number;
  readonly parts: number;
}): Births {
  const draw = diceFor(seed, `mail ${minute}`);
  const cells: number[] = [];
  const totals: number[] = [];
  for (let index = 0; index < means.length; index += 1) {
    const mean = means[index] ?? 0;
    if (mean === 0) continue;
    // Most cells of a long tail have no mail in a minute: one draw says so.
    const count = mean < 0.05 ? (draw() < (floors[index] ?? 1) ? 0 : 1) : drawArrivals(draw, mean);
    if (count === 0) continue;
    cells.push(index);
    totals.push(count);
  }
  const splitDraw = diceFor(seed, `parts ${minute}`);
  return {
    cells,
    counts: totals.map((count) => (parts === 1 ? [count] : drawParts(splitDraw, count, parts))),
  };
}

type Change = { readonly tenantIndex: number; readonly now: (before: Traits) => Traits };

function changesOf(
  fleet: Fleet,
  events: Scenario['events'],
): ReadonlyMap<number, readonly Change[]> {
  const changes = new Map<number, Change[]>();
  const at = (minute: number, change: Change) => {
    const whole = Math.floor(minute);
    changes.set(whole, [...(changes.get(whole) ?? []), change]);
  };
  for (const event of events.map(asTenantEvent)) {
    if (event === undefined) continue;
    for (const [tenantIndex, tenant] of fleet.tenants.entries()) {
      if (tenant.group !== event.tenant) continue;
      for (const [minute, share] of stepsOf(event)) {
        at(minute, { tenantIndex, now: () => changed(tenant.traits, event, share) });
      }
      if (event.forMinutes !== undefined) {
        at(event.atMinute + event.forMinutes, { tenantIndex, now: () => tenant.traits });
      }
    }
  }
  return changes;
}

function stepsOf(event: TenantEvent): readonly (readonly [number, number])[] {
  if (event.kind !== 'drift') return [[event.atMinute, 1]];
  const steps = Math.max(1, Math.ceil(event.overMinutes / driftStepMinutes));
  return Array.from({ length: steps }, (_, index) => [
    event.atMinute + index * driftStepMinutes,
    (index + 1) / steps,
  ]);
}

function changed(before: Traits, event: TenantEvent, share: number): Traits {
  const towards = (from: number, to: number | undefined) =>
    to === undefined ? from : from + (to - from) * share;
  const { urlDomain = before.urlDomain } = event;
  return {
    unknownShare: towards(before.unknownShare, event.unknownShare),
    complaintShare: towards(before.complaintShare, event.complaintShare),
    trapShare: towards(before.trapShare, event.trapShare),
    spamminess: towards(before.spamminess, event.spamminess),
    volumeFactor: towards(before.volumeFactor, event.volumeFactor),
    ...(urlDomain === undefined ? {} : { urlDomain }),
    bad: makesBad(event),
    found: { dead: 0 },
  };
}

function shares(weights: readonly number[]): readonly number[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / all);
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a tenant without traits');
  return value;
}
