import { createMailWorld, type VisibleMailWorld } from '../../world/mail-world.ts';
import type { MailWorld, WorldEvent } from '../../world/model.ts';
import { parametersHash as hashOf, varyParameters } from '../../world/parameter-draws.ts';
import { type WorldParameters, worldParameters } from '../../world/parameters.ts';
import { diceFor } from '../dice.ts';
import type { Fleet } from './fleet.ts';
import type { Batch } from './mail.ts';
import type { NewsPost } from './news-post.ts';
import type { Scenario } from './scenario.ts';
import { asWorldEvent, type ScenarioWorldEvent } from './scenario-events.ts';

/** What comes back with a complaint. */
export type Token = { readonly batch: Batch; readonly pool: string };

const minuteMs = 60_000;
/** An established domain is known to providers for other mail than ours, so many a day to each (assumed). */
const knownElsewhere = 500;

/** Returns the numbers of the world: as written, or one draw with every assumed one varied by up to two. */
export function worldOf(draw: number | undefined): WorldParameters {
  return draw === undefined
    ? worldParameters
    : varyParameters(worldParameters, diceFor(draw, 'world numbers'));
}

/** Returns what names the numbers of a world in a report. */
export function parametersHash(parameters: WorldParameters): string {
  return hashOf(parameters);
}

/** Opens a world in which the fleet is known as far as its pools are warm. */
export function openWorld({
  fleet,
  seed,
  parameters,
}: {
  readonly fleet: Fleet;
  readonly seed: number;
  readonly parameters: WorldParameters | undefined;
}): VisibleMailWorld {
  const world = createMailWorld({ seed, ...(parameters ? { parameters } : {}) });
  const { startsAt } = fleet;
  for (const { ips, warmPerDay } of fleet.pools) {
    if (warmPerDay === 0) continue;
    for (const provider of fleet.providers) {
      const mailsPerDay = (warmPerDay * (fleet.mix.get(provider) ?? 0)) / ips.length;
      for (const name of ips) {
        world.happen({ kind: 'acquaint', as: 'ip', name, mailsPerDay, provider }, startsAt);
      }
    }
  }
  for (const { tenant, provider, share } of fleet.cells) {
    if (!tenant.established) continue;
    const { identity: name, mailsPerDay: all } = tenant;
    const mailsPerDay = Math.max(knownElsewhere, all * share);
    world.happen({ kind: 'acquaint', as: 'domain', name, mailsPerDay, provider }, startsAt);
  }
  return world;
}

/** Returns what happens to the world, by the minute. */
export function worldEventsOf(scenario: Scenario): ReadonlyMap<number, readonly WorldEvent[]> {
  const happenings = new Map<number, WorldEvent[]>();
  for (const event of scenario.events.map(asWorldEvent)) {
    if (event === undefined) continue;
    const minute = Math.floor(event.atMinute);
    happenings.set(minute, [...(happenings.get(minute) ?? []), happeningOf(event)]);
  }
  return happenings;
}

/** Returns what passes on complaints that have become visible. */
export function complaintsOf(world: MailWorld, post: NewsPost): (now: number) => void {
  return (now) => {
    for (const { token, sentAt, count, ip, provider } of world.complaintsUntil(now)) {
      if (!isToken(token)) continue;
      post.post(
        {
          kind: 'complaint',
          batch: token.batch,
          pool: token.pool,
          sentAt,
          count,
          vouched: true,
          recipientDomain: `${provider}.example`,
          ip,
          again: 0,
        },
        now,
      );
    }
  };
}

/** The world hands back what it was given; what is given to it is always a token. */
function isToken(token: unknown): token is Token {
  return typeof token === 'object' && token !== null && 'batch' in token && 'pool' in token;
}

function happeningOf(event: ScenarioWorldEvent): WorldEvent {
  const { atMinute, forMinutes, ...rest } = event;
  const forMs = forMinutes === undefined ? undefined : forMinutes * minuteMs;
  if (rest.kind === 'outage') {
    const { share, ...outage } = rest;
    return { ...outage, forMs: forMs ?? 0, ...(share === undefined ? {} : { share }) };
  }
  return { ...rest, ...(forMs === undefined ? {} : { forMs }) };
}
