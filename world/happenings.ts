import { dayMs } from './instants.ts';
import type { Listings } from './listings.ts';
import type { WorldEvent } from './model.ts';
import { forgive, prefixOf } from './provider.ts';
import type { Providers } from './providers.ts';
import type { Refusal } from './replies/reply.ts';

/** What events change. */
export type Happenable = {
  readonly listings: Listings;
  readonly providers: Providers;
};

type Verdict = Extract<
  WorldEvent,
  { kind: 'block-ip' | 'block-range' | 'block-domain' | 'quota-domain' }
>;

/** How long a block or a quota stands unless the event says. */
const customaryMs = {
  'block-ip': 3 * dayMs,
  'block-range': 3 * dayMs,
  'block-domain': 3 * dayMs,
  'quota-domain': dayMs,
} as const;

const refusals = {
  'block-ip': 'refused-ip',
  'block-range': 'refused-range',
  'block-domain': 'refused-domain',
  'quota-domain': 'quota-domain',
} as const satisfies Readonly<Record<Verdict['kind'], Refusal>>;

/** Returns what makes an event happen. */
export function happeningsOf(world: Happenable): (event: WorldEvent, at: number) => void {
  return (event, at) => {
    switch (event.kind) {
      case 'list-ip':
        world.listings.enter(event.ip, event.list, at, event.forMs);
        return;
      case 'list-domain':
        world.listings.enter(event.domain, event.list, at, event.forMs);
        return;
      case 'block-ip':
      case 'block-range':
      case 'block-domain':
      case 'quota-domain':
        pass(world, event, at);
        return;
      case 'outage':
        world.providers
          .named(event.provider, at)
          .troubles.set('outage', at + event.forMs, { share: event.share ?? 1 });
        return;
      case 'answer': {
        const { status, reply, share = 1, forMs = customaryMs['block-ip'] } = event;
        const trouble = { share, status, reply };
        world.providers.named(event.provider, at).troubles.set('answer', at + forMs, trouble);
        return;
      }
      case 'acquaint':
        world.providers.acquaint(event, at);
        return;
      case 'forgive':
        relent(world, event, at);
        return;
    }
  };
}

function pass(world: Happenable, event: Verdict, at: number): void {
  const until = at + (event.forMs ?? customaryMs[event.kind]);
  world.providers
    .named(event.provider, at)
    .verdicts.set(nameIn(event), until, refusals[event.kind]);
}

function nameIn(event: Verdict): string {
  switch (event.kind) {
    case 'block-ip':
      return event.ip;
    case 'block-range':
      return prefixOf(event.prefix);
    default:
      return event.domain;
  }
}

function relent(
  world: Happenable,
  { name, provider }: Extract<WorldEvent, { kind: 'forgive' }>,
  at: number,
): void {
  if (provider !== undefined) {
    forgive(world.providers.named(provider, at), name);
    return;
  }
  for (const each of world.providers.all()) forgive(each, name);
  world.listings.remove(name);
}
