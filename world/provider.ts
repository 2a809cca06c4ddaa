import { dayMs } from './instants.ts';
import type { Draw, WorldEvent } from './model.ts';
import type { ProviderNumbers, WorldParameters } from './parameters.ts';
import type { Refusal } from './replies/reply.ts';
import { createSpans, type Spans } from './spans.ts';
import { acquaint, advance, newStanding, type Standing } from './standing.ts';
import { type ProviderTraits, traitsOf } from './traits.ts';

/** A provider's own trouble, or words it says to everybody. */
export type Trouble = { readonly share: number; readonly status?: string; readonly reply?: string };

/** Mail of one /24 under one domain at servers that greylist. */
export type Acquaintance = { seen: number; waiting: number };

/** One mailbox provider with all that it remembers. */
export type Provider = {
  readonly name: string;
  readonly numbers: ProviderNumbers;
  readonly traits: ProviderTraits;
  readonly ips: Map<string, Standing>;
  readonly domains: Map<string, Standing>;
  /** What stands against an address, a /24 or a domain by an event; the name as `prefixOf` gives it. */
  readonly verdicts: Spans<Refusal>;
  readonly troubles: Spans<Trouble>;
  readonly greylist: Map<string, Acquaintance>;
  /** The next outage that nobody caused. */
  nextOutage: { from: number; until: number };
};

/** Returns a provider that knows nobody yet. */
export function newProvider(
  name: string,
  parameters: WorldParameters,
  born: { readonly at: number; readonly draw: Draw },
): Provider {
  const numbers = parameters.providers[name] ?? parameters.providers.other;
  return {
    name,
    numbers,
    traits: traitsOf(name),
    ips: new Map(),
    domains: new Map(),
    verdicts: createSpans(),
    troubles: createSpans(),
    greylist: new Map(),
    nextOutage: outageAfter(numbers, born.at, born.draw),
  };
}

/** Returns the standing of a name as it is at an instant; a new name gets a new one. */
export function standingOf(
  standings: Map<string, Standing>,
  name: string,
  now: { readonly at: number; readonly common: WorldParameters['common'] },
): Standing {
  const known = standings.get(name);
  if (known !== undefined) {
    advance(known, now.at, now.common);
    return known;
  }
  const standing = newStanding(now.at);
  standings.set(name, standing);
  return standing;
}

/** Whether an outage without a cause goes on; the next one is drawn when one is over. */
export function isOut(provider: Provider, at: number, draw: Draw): boolean {
  const { nextOutage, numbers } = provider;
  if (at < nextOutage.from) return false;
  if (at < nextOutage.until) return true;
  provider.nextOutage = outageAfter(numbers, at, draw);
  return false;
}

/** Makes a provider know a name. */
export function introduce(
  provider: Provider,
  event: Extract<WorldEvent, { kind: 'acquaint' }>,
  now: { readonly at: number; readonly common: WorldParameters['common'] },
): void {
  const standings = event.as === 'ip' ? provider.ips : provider.domains;
  acquaint(standingOf(standings, event.name, now), now.common, event);
}

/** Lifts what a provider has against a name. */
export function forgive(provider: Provider, name: string): void {
  for (const key of [name, prefixOf(name)]) provider.verdicts.remove(key);
  for (const standing of [provider.ips.get(name), provider.domains.get(name)]) {
    if (standing === undefined) continue;
    standing.refusedUntil = 0;
    standing.deferredUntil = 0;
    standing.strikes = 0;
  }
}

const threeNumbers = /^(?:[^.]*\.){3}/;

/** Returns the /24 of an address or of a range however it is written: `192.0.2.`. */
export function prefixOf(ip: string): string {
  return threeNumbers.exec(ip)?.[0] ?? `${ip}.`;
}

function outageAfter(
  numbers: ProviderNumbers,
  at: number,
  draw: Draw,
): { from: number; until: number } {
  const { outagesPerMonth, outageMinMs, outageMaxMs } = numbers;
  if (outagesPerMonth === 0) return { from: Number.POSITIVE_INFINITY, until: 0 };
  const from = at - (Math.log(1 - draw()) * 30 * dayMs) / outagesPerMonth;
  return { from, until: from + outageMinMs + draw() * (outageMaxMs - outageMinMs) };
}
